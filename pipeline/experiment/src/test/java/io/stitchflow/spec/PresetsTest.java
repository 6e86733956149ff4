package io.stitchflow.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.content.ActionKeys;
import io.stitchflow.content.Digest;
import io.stitchflow.plan.Planner;
import io.stitchflow.v1.CopySolver;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.Initialization;
import io.stitchflow.v1.Optimizer;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.Preset;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StitchRecipe;
import io.stitchflow.v1.Toolchain;
import io.stitchflow.v1.TrainingRecipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PresetsTest {
  private static final String EXPERIMENT =
      """
      name: "presets"
      dataset { synthetic {} }
      network { name: "a" architecture: "ResNet(1,1,1,1)" width: 4 }
      condition: [TRAINED_TRAINED, RANDOM_TRAINED]
      """;

  @TempDir Path directory;

  @Test
  void paper_setsTheRecipesOfThePaper() throws Exception {
    Experiment filled = read("preset: PAPER");
    assertThat(filled.getNetwork(0).getRecipe())
        .isEqualTo(
            TrainingRecipe.newBuilder()
                .setEpochs(40)
                .setBatchSize(256)
                .setLearningRate(0.01)
                .setMomentum(0.9)
                .setWeightDecay(0.01)
                .setWarmup(0.1)
                .setFlip(true)
                .setTranslate(2)
                .setCutout(4)
                .setOptimizer(Optimizer.MOMENTUM)
                .build());
    StitchRecipe vanilla =
        StitchRecipe.newBuilder()
            .setEpochs(4)
            .setBatchSize(256)
            .setLearningRate(0.01)
            .setMomentum(0.9)
            .setWeightDecay(0.01)
            .setOptimizer(Optimizer.MOMENTUM)
            .setBatchNorm(false)
            .setWhiten(false)
            .build();
    assertThat(filled.getVanilla().getRecipe()).isEqualTo(vanilla);
    assertThat(filled.getVanilla().getInitializationList()).containsExactly(Initialization.KAIMING);
    assertThat(filled.getCopy().getRecipe()).isEqualTo(vanilla.toBuilder().setEpochs(30).build());
    assertThat(filled.getCopy().getSolverList()).containsExactly(CopySolver.SGD);
  }

  @Test
  void csiszarik_trainsByAdamFromTheLeastSquaresSolution() throws Exception {
    Experiment filled = read("preset: CSISZARIK");
    assertThat(filled.getVanilla().getRecipe().getOptimizer()).isEqualTo(Optimizer.ADAM);
    assertThat(filled.getVanilla().getRecipe().getEpochs()).isEqualTo(30);
    assertThat(filled.getVanilla().getRecipe().getLearningRate()).isEqualTo(0.001);
    assertThat(filled.getVanilla().getInitializationList()).containsExactly(Initialization.COPY);
    assertThat(filled.getCopy().getSolverList()).containsExactly(CopySolver.LEAST_SQUARES);
    assertThat(filled.getNetwork(0)).isEqualTo(read("").getNetwork(0));
  }

  @Test
  void bansal_normalisesAroundVanillaStitchesAlone() throws Exception {
    Experiment filled = read("preset: BANSAL");
    Experiment.Builder ours = read("").toBuilder();
    ours.clearMetric().addAllMetric(filled.getMetricList());
    ours.getVanillaBuilder().clearInitialization().addInitialization(Initialization.KAIMING);
    ours.getVanillaBuilder().getRecipeBuilder().setBatchNorm(true).setWhiten(false);
    assertThat(filled).isEqualTo(ours.build());
  }

  @Test
  void fast_hasAFrontOfOneWeight() throws Exception {
    Experiment fast = read("preset: FAST");
    assertThat(fast.getFront().getWeightList()).containsExactly(10.);
    assertThat(fast.toBuilder().clearFront().build())
        .isEqualTo(read("").toBuilder().clearFront().build());
    assertThat(stitchKeys("preset: FAST")).hasSize(2 * 2 * 5 * 5);
    assertThat(stitchKeys("")).hasSize(3 * 2 * 5 * 5).containsAll(stitchKeys("preset: FAST"));
    assertThat(read("preset: FAST front { weight: 3 }").getFront().getWeightList())
        .containsExactly(3.);
  }

  @Test
  void presetsOfPapers_trainNoFront() throws Exception {
    for (String preset : List.of("PAPER", "CSISZARIK", "BANSAL")) {
      Experiment paper = read("preset: " + preset);
      assertThat(paper.getMetricList()).contains("accuracy", "mse", "cka").doesNotContain("front");
      assertThat(read("").getMetricList()).contains("front").containsAll(paper.getMetricList());
      assertThat(read("metric: \"front\" preset: " + preset).getMetricList())
          .containsExactly("front");
    }
  }

  @Test
  void written_winsOverThePreset() throws Exception {
    Experiment filled =
        read(
            """
            preset: CSISZARIK
            vanilla { initialization: KAIMING recipe { optimizer: MOMENTUM epochs: 2 } }
            copy { solver: SGD }
            """);
    assertThat(filled.getVanilla().getRecipe().getOptimizer()).isEqualTo(Optimizer.MOMENTUM);
    assertThat(filled.getVanilla().getRecipe().getEpochs()).isEqualTo(2);
    assertThat(filled.getVanilla().getRecipe().getLearningRate()).isEqualTo(0.001);
    assertThat(filled.getVanilla().getInitializationList()).containsExactly(Initialization.KAIMING);
    assertThat(filled.getCopy().getSolverList()).containsExactly(CopySolver.SGD);
    Experiment paper = read("preset: PAPER vanilla { recipe { weight_decay: 0 } }");
    assertThat(paper.getVanilla().getRecipe().getWeightDecay()).isZero();
    Experiment bansal = read("preset: BANSAL vanilla { recipe { batch_norm: false } }");
    assertThat(bansal.toBuilder().clearMetric().build())
        .isEqualTo(read("").toBuilder().clearMetric().build());
  }

  @Test
  void filled_namesNoPresetAndFillsTheSameAgain() throws Exception {
    for (String preset : List.of("PAPER", "CSISZARIK", "BANSAL", "FAST", "DEFAULT")) {
      Experiment filled = read("preset: " + preset);
      assertThat(filled.getPreset()).isEqualTo(Preset.PRESET_UNSPECIFIED);
      assertThat(ExperimentDefaults.fill(filled)).isEqualTo(filled);
    }
  }

  @Test
  void default_isAsWithoutAPreset() throws Exception {
    assertThat(read("preset: DEFAULT")).isEqualTo(read(""));
  }

  @Test
  void keys_holdTheNumbersAndNotTheirSource() throws Exception {
    String recipe = "recipe { batch_size: 256 learning_rate: 0.01 weight_decay: 0.01 epochs: ";
    String written =
        "metric: \"mse\" vanilla { %s4 whiten: false } initialization: KAIMING } copy { solver: SGD %s30 optimizer: MOMENTUM } }"
            .formatted(recipe, recipe);
    assertThat(stitchKeys(written)).isEqualTo(stitchKeys("metric: \"mse\" preset: PAPER"));
    assertThat(stitchKeys("")).isNotEqualTo(stitchKeys("preset: PAPER"));
  }

  @Test
  void keys_defaultsSpelledOut_areTheSame() throws Exception {
    String network = "network { name: \"b\" architecture: \"ResNet(1,1,1,1)\" %s}";
    String spelled =
        "vanilla { recipe { optimizer: MOMENTUM batch_norm: false } }"
            + network.formatted("recipe { optimizer: MOMENTUM } ");
    assertThat(plan(spelled)).isEqualTo(plan(network.formatted("")));
  }

  /** Of the stitches that are trained, but for their inputs. */
  private List<Digest> stitchKeys(String more) throws Exception {
    return plan(more).getStageList().stream()
        .map(Stage::getAction)
        .filter(action -> action.hasFitVanillaStitch() || action.hasFitCopyStitch())
        .map(ActionKeys::key)
        .toList();
  }

  private Plan plan(String more) throws Exception {
    ValidExperiment valid = ExperimentFile.read(file(more), List.of());
    return Planner.plan(valid.experiment(), valid.base(), Toolchain.getDefaultInstance());
  }

  @Test
  void batchNorm_fromTheCopyStitch_isRefused() {
    assertThatThrownBy(() -> read("preset: BANSAL vanilla { initialization: COPY }"))
        .hasMessageContaining("with batch_norm a stitch does not start there; choose KAIMING");
  }

  private Experiment read(String more) throws Exception {
    return ExperimentFile.read(file(more), List.of()).experiment();
  }

  private Path file(String more) throws IOException {
    return Files.writeString(directory.resolve("experiment.textproto"), EXPERIMENT + more);
  }
}
