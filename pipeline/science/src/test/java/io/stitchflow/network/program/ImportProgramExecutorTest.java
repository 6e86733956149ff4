package io.stitchflow.network.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.content.Digest;
import io.stitchflow.network.ClassificationTask;
import io.stitchflow.stitch.Bench;
import io.stitchflow.stitch.Subject;
import io.stitchflow.torch.ScriptException;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ImportProgram;
import io.stitchflow.v1.PackProgram;
import io.stitchflow.v1.Predictions;
import io.stitchflow.v1.ProgramSegment;
import io.stitchflow.v1.TrainingCurve;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImportProgramExecutorTest {
  @TempDir Path directory;

  private Bench bench = new Bench(Path.of(""));
  private Path dataset = Path.of("");

  @BeforeEach
  void writeDataset() throws IOException {
    bench = new Bench(directory);
    dataset = Subject.dataset(bench);
  }

  @Test
  void execute_goodProgram_givesItsNetworkAndEvaluatesWholeSplits() throws IOException {
    Path program = Programs.small(directory);
    Path out = run(program);
    assertThat(Digest.of(out.resolve("network"))).isEqualTo(Digest.of(program));
    TrainingCurve curve = TrainingCurve.parseFrom(Files.readAllBytes(out.resolve("training")));
    assertThat(curve.getLossList()).isEmpty();
    assertThat(curve.getTrain().getExamples()).isEqualTo(Subject.TRAIN_EXAMPLES);
    assertThat(curve.getTest().getExamples()).isEqualTo(Subject.TEST_EXAMPLES);
    Predictions predictions = Predictions.parseFrom(Files.readAllBytes(out.resolve("predictions")));
    assertThat(predictions.getTest().size()).isEqualTo(Subject.TEST_EXAMPLES);
    assertThat(Digest.of(run(program).resolve("predictions")))
        .isEqualTo(Digest.of(out.resolve("predictions")));
  }

  @Test
  void execute_goodProgramOfTokens_isAccepted() throws IOException {
    assertThat(run(Programs.vit(directory)).resolve("network")).exists();
  }

  /** What a gradient needs must not lie in memory that Java frees. */
  @Test
  void execute_whileGarbageIsCollected_acceptsAGoodProgram() throws Exception {
    Path program = Programs.small(directory);
    Thread collector =
        new Thread(
            () -> {
              while (!Thread.currentThread().isInterrupted()) {
                System.gc();
              }
            });
    collector.start();
    try {
      for (int i = 0; i < 5; i++) {
        assertThat(run(program).resolve("network")).exists();
      }
    } finally {
      collector.interrupt();
      collector.join();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "dropout_on|gives two answers for the same images, as dropout does in training mode",
        "batch_norm_on|changes its own buffers, as batch normalisation does in training mode",
        "centers_batch|gives an image alone something else than in a batch",
        "throws|failed: builtins.ValueError: no images today",
        "pair|gives no single tensor, but a tuple",
        "float64|gives numbers of another type than float32",
        "bfloat16|gives numbers of another type than float32",
        "detaches|gives no gradient of its input",
        "infinite|its numbers must be finite",
        "other_shape|gives the shape [64, 2, 32, 32] for 64 images, but must give [64, 4, 32, 32]",
        "missing_operator|this version of libtorch has no operator 'aten::no_such_operator'",
      })
  void execute_segmentThatCannotBeUsed_saysWhichAndWhy(String part, String reason)
      throws IOException {
    Path program = Programs.with(directory, part);
    assertThatThrownBy(() -> run(program))
        .isInstanceOf(ScriptException.class)
        .hasMessageStartingWith("segment 'part' ")
        .hasMessageContaining(reason)
        .hasMessageNotContaining("\n");
  }

  @Test
  void execute_scriptedModuleInTrainingMode_isPutIntoEvaluationMode() throws IOException {
    assertThat(run(Programs.with(directory, "scripted_in_training")).resolve("network")).exists();
  }

  @Test
  void execute_fileThatIsNoTorchScript_saysWhichSegment() throws IOException {
    Path text = Files.writeString(directory.resolve("text.pt"), "not a program");
    Path program = pack(text, Programs.file("small/two"));
    assertThatThrownBy(() -> run(program))
        .isInstanceOf(ScriptException.class)
        .hasMessageStartingWith("segment 'a' cannot be loaded as TorchScript: ");
  }

  @Test
  void pack_sameProgramFromOtherFiles_givesTheSameBytes() throws IOException {
    Path one = Programs.file("small/one");
    Path copy = Files.copy(one, directory.resolve("copy.pt"));
    Path two = Programs.file("small/two");
    assertThat(Digest.of(pack(one, two))).isEqualTo(Digest.of(pack(copy, two)));
    assertThat(Digest.of(pack(one, two))).isNotEqualTo(Digest.of(pack(two, one)));
  }

  @Test
  void execute_programForOtherClasses_isRefused() throws IOException {
    Path program = pack(Programs.file("small/one"), Programs.file("small/two"));
    assertThatThrownBy(() -> run(program))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the program is for images [3, 32, 32] in 7 classes, but the data set has images [3, 32, 32] in 10 classes");
  }

  private Path run(Path program) throws IOException {
    return bench.execute(
        new ImportProgramExecutor(),
        bench.stage(
            Action.newBuilder().setImportProgram(ImportProgram.getDefaultInstance()),
            "program",
            program,
            "train",
            dataset.resolve("train"),
            "test",
            dataset.resolve("test")));
  }

  /** Two segments `a` and `b`, for 7 classes. */
  private Path pack(Path a, Path b) throws IOException {
    PackProgram parameters =
        PackProgram.newBuilder()
            .addSegment(ProgramSegment.newBuilder().setName("a").addAllShape(List.of(4, 32, 32)))
            .addSegment(ProgramSegment.newBuilder().setName("b").addShape(7))
            .addAllImageShape(ClassificationTask.CIFAR10.shape())
            .addAllMean(List.of(0., 0., 0.))
            .addAllStd(List.of(1., 1., 1.))
            .build();
    return bench
        .execute(
            new PackProgramExecutor(),
            bench.stage(
                Action.newBuilder().setPackProgram(parameters), "segment[0]", a, "segment[1]", b))
        .resolve("program");
  }
}
