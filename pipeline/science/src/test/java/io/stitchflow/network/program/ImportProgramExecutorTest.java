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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
  void execute_methodsOfOneFile_givesThePredictionsOfOneFileEach() throws IOException {
    Path separate = run(Programs.small(directory));
    Path methods = run(Programs.methods(directory));
    assertThat(Digest.of(methods.resolve("predictions")))
        .isEqualTo(Digest.of(separate.resolve("predictions")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"layer1", "forward", "first"})
  void execute_methodThatItsFileLacks_saysWhichSegmentAndWhatThereIs(String method)
      throws IOException {
    Path program =
        Programs.write(
            directory,
            List.of(
                new ProgramManifest.Segment("a", "a.pt", "one", List.of(4, 32, 32)),
                new ProgramManifest.Segment("b", "a.pt", method, List.of(10))),
            Collections.nCopies(2, Programs.file("methods")));
    assertThatThrownBy(() -> run(program))
        .isInstanceOf(ScriptException.class)
        .hasMessage(
            "segment 'b' needs the method '"
                + method
                + "', but its file, a.pt in the archive, has only head, one, two; write one of these as the segment's method, or mark the method with @torch.jit.export and"
                + " write the file again");
  }

  /** What one method leaves for another would be that of other images behind a stitch. */
  @Test
  void execute_methodThatKeepsATensorForAnother_isRefused() throws IOException {
    List<Integer> shape = List.of(4, 32, 32);
    Path part = Programs.file("remembers");
    Path program =
        Programs.write(
            directory,
            List.of(
                new ProgramManifest.Segment("one", "one.pt", "forward", shape),
                new ProgramManifest.Segment("keep", "part.pt", "keep", shape),
                new ProgramManifest.Segment("use", "part.pt", "forward", shape),
                new ProgramManifest.Segment("two", "two.pt", "forward", List.of(6, 16, 16)),
                new ProgramManifest.Segment("head", "head.pt", "forward", List.of(10))),
            List.of(
                Programs.file("small/one"),
                part,
                part,
                Programs.file("small/two"),
                Programs.file("small/head")));
    assertThatThrownBy(() -> run(program))
        .isInstanceOf(ScriptException.class)
        .hasMessageStartingWith("segment 'keep' changes its own buffers");
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
  void pack_segmentsOfOneFile_haveItInTheArchiveOnce() throws IOException {
    Path methods = Programs.file("methods");
    PackProgram.Builder parameters = parameters();
    parameters.getSegmentBuilder(0).setMethod("one");
    parameters.getSegmentBuilder(1).setMethod("head").setFile("segment[0]");
    Path packed = pack(parameters, "segment[0]", methods);
    try (ZipFile zip = new ZipFile(packed.toFile())) {
      assertThat(zip.stream().map(ZipEntry::getName)).containsExactly("program.json", "a.pt");
      assertThat(zip.getInputStream(zip.getEntry("a.pt")))
          .hasBinaryContent(Files.readAllBytes(methods));
      assertThat(zip.getInputStream(zip.getEntry("program.json")))
          .asString(StandardCharsets.UTF_8)
          .endsWith(
              "\"segments\":[{\"name\":\"a\",\"file\":\"a.pt\",\"method\":\"one\",\"shape\":[4,32,32]},"
                  + "{\"name\":\"b\",\"file\":\"a.pt\",\"method\":\"head\",\"shape\":[7]}]}");
    }
  }

  /** Bytes of before there were methods. */
  @Test
  void pack_withoutMethods_givesTheBytesOfBefore() throws IOException {
    Path one = Programs.file("small/one");
    assertThat(Digest.of(pack(one, Programs.file("small/two"))).hex())
        .isEqualTo("9610a87131223e8955155dad9e09741235788b62923b56315cb1649f05230616");
    assertThat(Digest.of(pack(one, one)).hex())
        .isEqualTo("2ac075247a1bee3f172d770140bcf8109c36de212a8ee0b4d30cc51119ac33d6");
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
    return pack(parameters(), "segment[0]", a, "segment[1]", b);
  }

  private Path pack(PackProgram.Builder parameters, Object... inputs) throws IOException {
    return bench
        .execute(
            new PackProgramExecutor(),
            bench.stage(Action.newBuilder().setPackProgram(parameters), inputs))
        .resolve("program");
  }

  private static PackProgram.Builder parameters() {
    return PackProgram.newBuilder()
        .addSegment(ProgramSegment.newBuilder().setName("a").addAllShape(List.of(4, 32, 32)))
        .addSegment(ProgramSegment.newBuilder().setName("b").addShape(7))
        .addAllImageShape(ClassificationTask.CIFAR10.shape())
        .addAllMean(List.of(0., 0., 0.))
        .addAllStd(List.of(1., 1., 1.));
  }
}
