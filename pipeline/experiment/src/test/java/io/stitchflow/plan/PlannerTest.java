package io.stitchflow.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.artifacts.Digest;
import io.stitchflow.artifacts.tensor.Dtype;
import io.stitchflow.artifacts.tensor.NamedTensor;
import io.stitchflow.artifacts.tensor.Safetensors;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.Toolchain;
import io.stitchflow.v1.TrainNetwork;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlannerTest {
  private static final String EXPERIMENT =
      """
      name: "seeds"
      dataset { synthetic {} }
      network { name: "a" architecture: "ResNet(1,1,1,1)" width: 4 seed: 1 }
      network { name: "b" architecture: "ResNet(1,1,1,1)" width: 4 seed: 2 }
      pair { sender: "a" receiver: "b" }
      condition: TRAINED_TRAINED
      copy { solver: [LEAST_SQUARES, SGD] }
      seed: [%s]
      """;

  private static final String IMPORTED =
      """
      name: "imported"
      dataset { synthetic {} }
      network {
        name: "a"
        seed: 2
        layer { name: "p" max_pool { kernel: 2 } }
        layer { global_avg_pool {} }
        layer { name: "fc" linear { outputs: 10 bias: false } }
        weights { file: "w" name_map { from: "w" to: "fc.weight" } }
      }
      """;

  @TempDir Path directory;

  @Test
  void plan_severalSeeds_hasTheStagesOfEachAlone() throws Exception {
    List<Stage> together = stages("1, 2");

    assertThat(together)
        .containsExactlyInAnyOrderElementsOf(
            Stream.concat(stages("1").stream(), stages("2").stream()).distinct().toList());
  }

  @Test
  void plan_severalSeeds_vanillaStitchesDifferInTheirSeedAlone() throws Exception {
    List<Stage> stages = stages("1, 2");
    Stage one = stage(stages, "vanilla a/stem -> b/layer1.0 seed 1");
    Stage two = stage(stages, "vanilla a/stem -> b/layer1.0 seed 2");

    Action.Builder reseeded = one.getAction().toBuilder();
    reseeded.getFitVanillaStitchBuilder().setSeed(2);

    assertThat(one.getAction().getFitVanillaStitch().getSeed()).isEqualTo(1);
    assertThat(two.getAction()).isEqualTo(reseeded.build());
    assertThat(two.getDependencyList()).isSameAs(one.getDependencyList());
  }

  @Test
  void plan_severalSolvers_comparisonsReadTheirOwnStitches() throws Exception {
    List<Stage> stages = stages("1, 2");
    Stage compared = stage(stages, "compare a/stem -> b/layer1.0 SGD seed 2");

    assertThat(compared.getDependency(0).getStage())
        .isEqualTo("vanilla a/stem -> b/layer1.0 seed 2");
    assertThat(compared.getDependency(1).getStage())
        .isEqualTo("copy by SGD a/stem -> b/layer1.0 seed 2");
    assertThat(
            stage(stages, "compare a/stem -> b/layer1.0 least squares seed 1")
                .getDependency(1)
                .getStage())
        .isEqualTo("copy a/stem -> b/layer1.0");
  }

  @Test
  void plan_resnets_haveTheActionsTheyHadBeforeThereWereOthers() throws Exception {
    Stage trained = stage(stages("1"), "train a");

    assertThat(trained.getAction().getTrainNetwork())
        .isEqualTo(
            TrainNetwork.newBuilder()
                .addAllBlocks(List.of(1, 1, 1, 1))
                .setWidth(4)
                .setRecipe(trained.getAction().getTrainNetwork().getRecipe())
                .setSeed(1)
                .build());
  }

  @Test
  void plan_importedNetwork_isTheFilesDigestAndStartsWhatEvaluatesIt() throws Exception {
    Path weights = directory.resolve("w");
    NamedTensor weight = new NamedTensor("w", Dtype.F32, List.of(10, 3), ByteBuffer.allocate(120));
    Safetensors.write(weights, List.of(weight), new TreeMap<>());
    Files.writeString(directory.resolve("e.textproto"), IMPORTED);
    ValidExperiment valid = ExperimentFile.read(directory.resolve("e.textproto"), List.of());
    List<Stage> stages =
        Planner.plan(valid.experiment(), valid.base(), Toolchain.getDefaultInstance())
            .getStageList();

    Stage imported = stage(stages, "import a");
    assertThat(imported.getAction().getInputList())
        .containsExactly(
            Input.newBuilder().setRole("weights").setDigest(Digest.of(weights).bytes()).build());
    assertThat(imported.getSourceFileList()).containsExactly(weights.toString());
    Stage evaluated = stage(stages, "train a");
    assertThat(evaluated.getAction().getTrainNetwork().getRecipe().getEpochs()).isZero();
    assertThat(evaluated.getAction().getTrainNetwork().getSeed()).isZero();
    assertThat(evaluated.getDependencyList())
        .contains(PlanBuilder.dependency("start", "import a", "network"));
    assertThat(stages.indexOf(imported)).isLessThan(stages.indexOf(evaluated));
    assertThat(stage(stages, "random a").getAction().getTrainNetwork().getSeed()).isEqualTo(2);
  }

  private static Stage stage(List<Stage> stages, String id) {
    return stages.stream().filter(stage -> stage.getId().equals(id)).findFirst().orElseThrow();
  }

  /** All but the report, which is of all seeds. */
  private List<Stage> stages(String seeds) throws Exception {
    Path file = directory.resolve("seeds.textproto");
    Files.writeString(file, EXPERIMENT.formatted(seeds));
    ValidExperiment valid = ExperimentFile.read(file, List.of());
    Plan plan = Planner.plan(valid.experiment(), valid.base(), Toolchain.getDefaultInstance());
    return plan.getStageList().subList(0, plan.getStageCount() - 1);
  }
}
