package io.stitchflow.stitch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.EngineException;
import io.stitchflow.comparison.CompareStitchesExecutor;
import io.stitchflow.memo.StageExecutor;
import io.stitchflow.network.TrainNetworkExecutor;
import io.stitchflow.representation.CollectRepresentationExecutor;
import io.stitchflow.tensors.Safetensors;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.torch.Lane;
import io.stitchflow.torch.Toolchains;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.Comparison;
import io.stitchflow.v1.ElementType;
import io.stitchflow.v1.Toolchain;
import io.stitchflow.v1.TrainNetwork;
import io.stitchflow.v1.TrainingCurve;
import io.stitchflow.v1.TrainingRecipe;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleConsumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * What stages make of the device that their toolchain names. There is no GPU here: one whose memory
 * is full is a report of progress that fails as libtorch would.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DevicesTest {
  private static final String FROM = "layer3.0";
  private static final String TO = "layer2.0";

  @TempDir static Path directory;

  private Bench bench = new Bench(directory);
  private Path dataset = directory;
  private Cells cells = new Cells(bench, Subject.NONE, Subject.NONE);

  /** A stage and what computes it. */
  private record Stage(StageExecutor executor, Bench.Run run) {
    Stage with(Toolchain toolchain) {
      Action planned = run.action().toBuilder().setToolchain(toolchain).build();
      return new Stage(executor, new Bench.Run(planned, run.inputs(), run.outputs()));
    }

    Path execute(DoubleConsumer progress) throws IOException {
      executor.execute(List.of(run), progress);
      return run.outputs();
    }
  }

  @BeforeAll
  void makeNetworks() throws IOException {
    bench = new Bench(directory);
    dataset = Subject.dataset(bench);
    cells = new Cells(bench, Subject.of(bench, dataset, 1, 1), Subject.of(bench, dataset, 0, 2));
  }

  @Test
  void execute_plannedForAnotherDevice_isRefusedByEveryStage() throws IOException {
    for (Map.Entry<String, Stage> stage : stages().entrySet()) {
      assertThatThrownBy(
              () -> stage.getValue().with(Toolchains.forDevice("cuda-sm_99")).execute(share -> {}))
          .as(stage.getKey())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("this worker computes with")
          .hasMessageContaining("cuda-sm_99");
    }
  }

  @Test
  void execute_plannedForThisDevice_runsEveryStage() throws IOException {
    for (Map.Entry<String, Stage> stage : stages().entrySet()) {
      assertThat(stage.getValue().with(Toolchains.cpu()).execute(share -> {}))
          .as(stage.getKey())
          .isNotEmptyDirectory();
    }
  }

  @Test
  void execute_groupOfTwoToolchains_isRefused() throws IOException {
    Stage one = stage("gram");
    Stage other = stage("gram").with(Toolchains.cpu());
    assertThatThrownBy(() -> one.executor().execute(List.of(one.run(), other.run()), share -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must have one toolchain");
  }

  @Test
  void execute_memoryFullInTraining_failsAndNamesTheBatch() throws IOException {
    for (String training : List.of("network", "vanilla", "copy")) {
      FullOnce full = new FullOnce();
      assertThatThrownBy(() -> stage(training).execute(full))
          .as(training)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("a batch of 32 does not fit")
          .hasMessageContaining("lower recipe.batch_size");
      assertThat(full.reports).isEqualTo(1);
    }
  }

  @Test
  void execute_memoryFullInEvaluation_goesThroughBothSplitsAgain() throws IOException {
    TrainNetwork random =
        TrainNetwork.newBuilder()
            .addAllBlocks(List.of(1, 1, 1, 1))
            .setWidth(4)
            .setRecipe(TrainingRecipe.newBuilder())
            .build();
    Stage stage =
        new Stage(
            new TrainNetworkExecutor(),
            bench.stage(
                Action.newBuilder().setTrainNetwork(random),
                "train",
                dataset.resolve("train"),
                "test",
                dataset.resolve("test")));
    TrainingCurve curve =
        TrainingCurve.parseFrom(
            Files.readAllBytes(stage.execute(new FullOnce()).resolve("training")));
    assertThat(curve.getTrain().getExamples()).isEqualTo(Subject.TRAIN_EXAMPLES);
    assertThat(curve.getTest().getExamples()).isEqualTo(Subject.TEST_EXAMPLES);
  }

  @Test
  void collectRepresentation_memoryFullOnce_writesEachExampleOnce() throws IOException {
    Path whole = stage("representation").execute(share -> {}).resolve("representation");
    FullOnce full = new FullOnce();
    Path halved = stage("representation").execute(full).resolve("representation");
    // 90 images: one batch of 64, then three of up to 32
    assertThat(full.reports).isEqualTo(4);
    try (TensorFile expected = TensorFile.open(whole);
        TensorFile file = TensorFile.open(halved)) {
      assertThat(file.rows()).isEqualTo(expected.rows());
      for (int row = 0; row < file.rows(); row++) {
        assertThat(file.label(row)).isEqualTo(expected.label(row));
        assertThat(floats(file, row)).containsExactly(floats(expected, row), within(1e-4f));
      }
    }
  }

  @Test
  void moments_memoryFullOnce_countEachPositionOnce() throws IOException {
    for (String stage : List.of("gram", "cross")) {
      double[] whole = moments(stage, share -> {});
      double[] halved = moments(stage, new FullOnce());
      assertThat(halved).hasSameSizeAs(whole);
      for (int i = 0; i < whole.length; i++) {
        assertThat(halved[i]).isEqualTo(whole[i], within(1e-9 * Math.abs(whole[i]) + 1e-9));
      }
    }
  }

  @Test
  void compareStitches_memoryFullOnce_countsEachExampleOnce() throws IOException {
    Comparison whole = compare(share -> {});
    Comparison halved = compare(new FullOnce());
    assertThat(halved.getTest().getExamples()).isEqualTo(Subject.TEST_EXAMPLES);
    assertThat(halved.getTrain().getExamples()).isEqualTo(Subject.TRAIN_EXAMPLES * 4 / 5);
    assertThat(halved.getValidation().getExamples()).isEqualTo(Subject.TRAIN_EXAMPLES / 5);
    assertThat(Cells.number(halved.getTrain(), "ev"))
        .isEqualTo(Cells.number(whole.getTrain(), "ev"), within(1e-6));
    assertThat(Cells.number(halved.getTest(), "variance"))
        .isEqualTo(Cells.number(whole.getTest(), "variance"), within(1e-6));
  }

  /** All stages that libtorch computes. */
  private Map<String, Stage> stages() throws IOException {
    Map<String, Stage> stages = new LinkedHashMap<>();
    stages.put(
        "network", new Stage(new TrainNetworkExecutor(), Subject.training(bench, dataset, 1, 1)));
    stages.put(
        "representation",
        new Stage(
            new CollectRepresentationExecutor(),
            Subject.representation(
                bench,
                cells.sender().network(),
                dataset.resolve("test"),
                FROM,
                0,
                ElementType.FLOAT32)));
    stages.put("gram", new Stage(new CollectGramExecutor(), cells.gram(FROM, List.of(1, 1))));
    stages.put("cross", new Stage(new CollectCrossMomentsExecutor(), cells.cross(FROM, TO)));
    stages.put("vanilla", new Stage(new FitVanillaStitchExecutor(), cells.vanilla(FROM, TO)));
    stages.put("copy", new Stage(new FitCopyStitchExecutor(), cells.copyBySgd(FROM, TO)));
    Path stitch = cells.copy(FROM, TO);
    stages.put(
        "comparison",
        new Stage(new CompareStitchesExecutor(), cells.comparison(FROM, TO, stitch, stitch)));
    return stages;
  }

  private Stage stage(String name) throws IOException {
    Stage stage = stages().get(name);
    if (stage == null) {
      throw new IllegalArgumentException("no stage '" + name + "'");
    }
    return stage;
  }

  private double[] moments(String stage, DoubleConsumer progress) throws IOException {
    Path file = stage(stage).execute(progress).resolve("moments");
    return MomentFile.read(Safetensors.read(file), stage);
  }

  private Comparison compare(DoubleConsumer progress) throws IOException {
    Path file = stage("comparison").execute(progress).resolve("comparison");
    return Comparison.parseFrom(Files.readAllBytes(file));
  }

  private static float[] floats(TensorFile file, int row) {
    ByteBuffer bytes = Lane.allocate(file.elementsPerRow() * Float.BYTES);
    file.readFloats(row, 1, bytes);
    float[] values = new float[file.elementsPerRow()];
    bytes.asFloatBuffer().get(values);
    return values;
  }

  /** Fails at the first batch, as libtorch does on a GPU that is full. */
  private static final class FullOnce implements DoubleConsumer {
    private int reports;

    @Override
    public void accept(double share) {
      if (reports++ == 0) {
        throw new EngineException("CUDA out of memory. Tried to allocate 2.00 GiB.");
      }
    }
  }
}
