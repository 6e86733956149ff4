package io.stitchflow.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.v1.Action;
import io.stitchflow.v1.Metric;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.Toolchain;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
  void plan_controls_areDrawnFromTheCellsSeed() throws Exception {
    List<Stage> stages = stages("1, 2");
    Stage one = stage(stages, "compare a/stem -> b/layer1.0 least squares seed 1");
    Stage two = stage(stages, "compare a/stem -> b/layer1.0 least squares seed 2");

    assertThat(one.getAction().getCompareStitches().getControlSeed()).isEqualTo(1);
    assertThat(two.getAction().getCompareStitches().getControlSeed()).isEqualTo(2);
    assertThat(one.getAction().getCompareStitches().getMetricList())
        .contains(Metric.CONTROLS)
        .doesNotContain(Metric.INTERPOLATION);
  }

  @Test
  void plan_noControls_hasNoSeedInTheComparison() throws Exception {
    List<Stage> stages = stages("2 ] metric: [ MSE, ACCURACY, AGREEMENT");
    Stage compared = stage(stages, "compare a/stem -> b/layer1.0 least squares seed 2");

    assertThat(compared.getAction().getCompareStitches().getControlSeed()).isZero();
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
