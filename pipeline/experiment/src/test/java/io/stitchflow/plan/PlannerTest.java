package io.stitchflow.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stitchflow.artifacts.Memo;
import io.stitchflow.artifacts.Store;
import io.stitchflow.v1.Action;
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
  void workload_nothingInTheStore_isTheSumWorkedByHand() throws Exception {
    Path file = directory.resolve("small.textproto");
    Files.writeString(
        file,
        """
        name: "small"
        dataset { synthetic { train_examples: 100 test_examples: 50 } }
        network { name: "a" architecture: "ResNet(1,1,1,1)" width: 4 }
        representation { examples: 80 dtype: FLOAT16 }
        condition: TRAINED_TRAINED
        cut: ["stem", "layer4.0"]
        """);
    ValidExperiment valid = ExperimentFile.read(file, List.of());
    Plan plan = Planner.plan(valid.experiment(), valid.base(), Toolchain.getDefaultInstance());
    Memo memo = new Memo(Store.open(directory.resolve("store")));

    Workload workload = Workload.of(Survey.of(plan, memo));

    // 80 train and 50 test examples, a byte of label; 4 x 32 x 32 and 32 x 4 x 4 numbers of 2 bytes
    assertThat(workload.representationBytes())
        .isEqualTo(130 * (4 * 32 * 32 * 2 + 1) + 130 * (32 * 4 * 4 * 2 + 1));
    // Gram matrices of the stem alone, in patches of 8 x 8, and of layer4.0, in float64
    long gram = 5 * 5 + (4 * 64 + 1) * (4 * 64 + 1) + 33 * 33;
    assertThat(
            plan.getStageList().stream()
                .filter(stage -> stage.getAction().hasCollectGram())
                .mapToLong(Stage::getOutputBytes)
                .sum())
        .isEqualTo(8 * gram);
    Stage vanilla = stage(plan.getStageList(), "vanilla a/stem -> a/layer4.0 seed 1");
    assertThat(vanilla.getOutputBytes()).isEqualTo(4 * (4 * 64 + 1) * 32);
    double costs =
        plan.getStageList().stream()
            .filter(
                stage -> stage.getAction().hasToolchain() || stage.getAction().hasSolveCopyStitch())
            .mapToDouble(Stage::getCost)
            .sum();
    assertThat(workload.flops()).isCloseTo(2 * costs, within(1.));
    assertThat(workload.bytes())
        .isEqualTo(plan.getStageList().stream().mapToLong(Stage::getOutputBytes).sum());
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
