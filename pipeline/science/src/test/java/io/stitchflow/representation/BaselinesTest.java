package io.stitchflow.representation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.TextFormat;
import io.stitchflow.network.ClassificationTask;
import io.stitchflow.network.NetworkInputs;
import io.stitchflow.stitch.Bench;
import io.stitchflow.stitch.Subject;
import io.stitchflow.tensors.Element;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.tensors.TensorFileWriter;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ElementType;
import io.stitchflow.v1.MakeRepresentation;
import io.stitchflow.v1.RepresentationCut;
import io.stitchflow.v1.RepresentationCut.SourceCase;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each baseline by its definition, and what all of them have in common. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BaselinesTest {
  private static final ClassificationTask TASK = ClassificationTask.CIFAR10;

  @TempDir static Path directory;

  private Bench bench = new Bench(directory);
  private Path train = directory;
  private Path test = directory;

  @BeforeAll
  void makeImages() throws IOException {
    bench = new Bench(directory);
    Path dataset = Subject.dataset(bench);
    train = dataset.resolve("train");
    test = dataset.resolve("test");
  }

  static List<Baseline> baselines() {
    return Baselines.all();
  }

  @Test
  void all_fieldsOfTheSource_haveOneBaselineEach() {
    assertThat(Baselines.all())
        .extracting(Baseline::source)
        .containsExactlyInAnyOrder(
            Arrays.stream(SourceCase.values())
                .filter(each -> each != SourceCase.FILE && each != SourceCase.SOURCE_NOT_SET)
                .toArray(SourceCase[]::new));
  }

  @ParameterizedTest
  @MethodSource("baselines")
  void execute_anyBaseline_writesTheShapeItStatesWithTheLabelsOfTheSplit(Baseline baseline)
      throws IOException {
    RepresentationCut cut = ofDefaults(baseline);
    try (TensorFile made = open(make(baseline, cut, "test", 0, 1));
        TensorFile images = TensorFile.open(test)) {
      assertThat(made.column()).isEqualTo("representation");
      assertThat(made.shape()).isEqualTo(baseline.shape(cut, TASK, TASK.shape()));
      assertThat(made.rows()).isEqualTo(Subject.TEST_EXAMPLES);
      for (int row = 0; row < made.rows(); row++) {
        assertThat(made.label(row)).isEqualTo(images.label(row));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("baselines")
  void execute_twice_writesTheSameBytes(Baseline baseline) throws IOException {
    RepresentationCut cut = ofDefaults(baseline);
    assertThat(make(baseline, cut, "train", 0, 7))
        .hasSameBinaryContentAs(make(baseline, cut, "train", 0, 7));
  }

  @ParameterizedTest
  @MethodSource("baselines")
  void execute_anotherSeed_changesWhatIsDrawnAtRandomAndNothingElse(Baseline baseline)
      throws IOException {
    RepresentationCut cut = ofDefaults(baseline);
    long same =
        Files.mismatch(make(baseline, cut, "train", 0, 1), make(baseline, cut, "train", 0, 2));
    assertThat(same != -1).isEqualTo(baseline.isRandom(cut));
  }

  @ParameterizedTest
  @MethodSource("baselines")
  void keyed_anyCut_holdsNoNames(Baseline baseline) {
    RepresentationCut cut = ofDefaults(baseline).toBuilder().setName("any").build();
    assertThat(baseline.keyed(cut, List.of(1)).getName()).isEmpty();
    assertThat(baseline.of(baseline.keyed(cut, List.of(1)))).isEmpty();
  }

  @Test
  void pixels_anyImage_isWhatNetworksTake() throws IOException {
    try (TensorFile images = TensorFile.open(test)) {
      NetworkInputs pixels = new NetworkInputs(images, 1);
      float[][] rows = rows("pixels {}", "test", 1);
      assertThat(rows).hasNumberOfRows(Subject.TEST_EXAMPLES);
      for (int row = 0; row < rows.length; row++) {
        float[] expected = new float[3 * 32 * 32];
        pixels.read(row, 1).asFloatBuffer().get(expected);
        assertThat(rows[row]).containsExactly(expected);
      }
    }
  }

  @Test
  void labels_anyImage_areOneHot() throws IOException {
    float[][] rows = rows("labels {}", "test", 1);
    try (TensorFile images = TensorFile.open(test)) {
      for (int row = 0; row < rows.length; row++) {
        float[] expected = new float[10];
        expected[images.label(row)] = 1;
        assertThat(rows[row]).containsExactly(expected);
      }
    }
    assertThat(Baselines.get(cut("labels {}")).shape(cut("labels {}"), TASK, TASK.shape()))
        .containsExactly(10, 1, 1);
  }

  @Test
  void noise_manyNumbers_areStandardNormalAndOthersInEachSplit() throws IOException {
    float[][] first = rows("noise { shape: [4, 8, 8] }", "train", 1);
    float[][] second = rows("noise { shape: [4, 8, 8] }", "test", 1);
    assertThat(first[0]).hasSize(4 * 8 * 8);
    double[] numbers = flat(first);
    double n = numbers.length;
    double mean = Arrays.stream(numbers).sum() / n;
    double variance = Arrays.stream(numbers).map(x -> x * x).sum() / n - mean * mean;
    double fourth = Arrays.stream(numbers).map(x -> x * x * x * x).sum() / n;
    // Five standard errors: 1, sqrt(2) and sqrt(96) over the root of n
    assertThat(mean).isCloseTo(0, within(5 / Math.sqrt(n)));
    assertThat(variance).isCloseTo(1, within(5 * Math.sqrt(2 / n)));
    assertThat(fourth).isCloseTo(3, within(5 * Math.sqrt(96 / n)));
    double correlation = 0;
    for (int row = 0; row < second.length; row++) {
      for (int i = 0; i < second[row].length; i++) {
        correlation += (double) first[row][i] * second[row][i];
      }
    }
    double pairs = (double) second.length * second[0].length;
    assertThat(correlation / pairs).isCloseTo(0, within(5 / Math.sqrt(pairs)));
  }

  @Test
  void noise_fewerExamples_isTheStartOfTheWhole() throws IOException {
    RepresentationCut cut = cut("noise { shape: 3 }");
    try (TensorFile whole = open(make(Baselines.get(cut), cut, "train", 0, 1));
        TensorFile part = open(make(Baselines.get(cut), cut, "train", 20, 1))) {
      assertThat(part.rows()).isEqualTo(20);
      assertThat(rows(part)).isDeepEqualTo(Arrays.copyOf(rows(whole), 20));
    }
  }

  @Test
  void shuffled_representation_hasEachExampleOnceInAnotherOrder() throws IOException {
    float[] values = new float[Subject.TEST_EXAMPLES];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    Path of = bench.representation(List.of(1), values);
    double[] sent = flat(rows("shuffled { of: \"a/b\" }", "test", 3, "of", of));
    double[] sorted = sent.clone();
    Arrays.sort(sorted);
    for (int i = 0; i < values.length; i++) {
      assertThat(sorted[i]).isEqualTo(i);
    }
    long fixed = 0;
    for (int i = 0; i < sent.length; i++) {
      fixed += sent[i] == i ? 1 : 0;
    }
    // One on average, with variance 1
    assertThat(fixed).isLessThan(7);
  }

  @Test
  void order_allOrdersOfThree_areAsFrequent() {
    Random random = new Random(1);
    TreeMap<String, Integer> counts = new TreeMap<>();
    for (int i = 0; i < 6000; i++) {
      counts.merge(Arrays.toString(ShuffledExamples.order(3, random)), 1, Integer::sum);
    }
    assertThat(counts).hasSize(6);
    // Standard deviation sqrt(6000 / 6 * 5 / 6) = 29
    assertThat(counts.values()).allSatisfy(n -> assertThat(n).isBetween(1000 - 145, 1000 + 145));
  }

  @Test
  void moments_handWorked_areMeansByClassAndPooledDeviationsByChannel() throws IOException {
    // Two channels of two positions; classes 0 and 1
    Path file =
        representation(
            List.of(2, 1, 2),
            new int[] {0, 1, 0},
            new float[] {1, 2, 10, 20},
            new float[] {5, 5, 0, 0},
            new float[] {3, 6, 10, 40});
    try (TensorFile open = TensorFile.open(file)) {
      ClassMeans.Moments moments = ClassMeans.Moments.of(new Examples(open), 3);
      assertThat(moments.mean(0)).containsExactly(2, 4, 10, 30);
      assertThat(moments.mean(1)).containsExactly(5, 5, 0, 0);
      // Of 3 examples and 2 positions: squares 1 + 1 + 4 + 4 and 100 + 100
      assertThat(moments.deviation(0)).isCloseTo(Math.sqrt(10 / 6.), within(1e-12));
      assertThat(moments.deviation(1)).isCloseTo(Math.sqrt(200 / 6.), within(1e-12));
      assertThatThrownBy(() -> moments.mean(2))
          .hasMessageContaining("class 2 has no train examples");
    }
  }

  @Test
  void classMeans_withoutNoise_areTheMeanOfTheImagesOwnClassInTrainAndTest() throws IOException {
    double[][] means = new double[10][];
    try (TensorFile images = TensorFile.open(train)) {
      ClassMeans.Moments moments = ClassMeans.Moments.of(new Examples(images), 10);
      for (int label = 0; label < 10; label++) {
        means[label] = moments.mean(label);
      }
    }
    for (String split : List.of("train", "test")) {
      float[][] rows = rows("class_means { sigma: 0 }", split, 1);
      try (TensorFile images = TensorFile.open(split.equals("train") ? train : test)) {
        for (int row = 0; row < rows.length; row++) {
          double[] mean = means[images.label(row)];
          for (int i = 0; i < mean.length; i++) {
            assertThat(rows[row][i]).isEqualTo((float) mean[i]);
          }
        }
      }
    }
    assertThat(
            Baselines.get(cut("class_means { sigma: 0 }"))
                .isRandom(cut("class_means { sigma: 0 }")))
        .isFalse();
  }

  @Test
  void classMeans_withNoise_varyAroundTheMeanBySigmaPooledDeviations() throws IOException {
    float[][] means = rows("class_means { sigma: 0 }", "test", 1);
    float[][] noisy = rows("class_means { sigma: 0.5 }", "test", 1);
    ClassMeans.Moments moments;
    try (TensorFile images = TensorFile.open(train)) {
      moments = ClassMeans.Moments.of(new Examples(images), 10);
    }
    int positions = 32 * 32;
    for (int channel = 0; channel < 3; channel++) {
      double squares = 0;
      for (int row = 0; row < noisy.length; row++) {
        for (int i = channel * positions; i < (channel + 1) * positions; i++) {
          double noise = noisy[row][i] - means[row][i];
          squares += noise * noise;
        }
      }
      double n = (double) noisy.length * positions;
      double expected = 0.25 * moments.deviation(channel) * moments.deviation(channel);
      assertThat(squares / n / expected).isCloseTo(1, within(5 * Math.sqrt(2 / n)));
    }
  }

  @Test
  void execute_numbersThatFloat16CannotHold_failsTheStage() throws IOException {
    float[] values = new float[Subject.TEST_EXAMPLES];
    values[3] = 1e6f;
    RepresentationCut cut = cut("shuffled { of: \"a/b\" }");
    Bench.Run run =
        run(
            Baselines.get(cut),
            cut,
            "test",
            0,
            1,
            ElementType.FLOAT16,
            "of",
            bench.representation(List.of(1), values));
    Path outputs = bench.execute(new MakeRepresentationExecutor(), run);
    assertThat(outputs.resolve("failure"))
        .content()
        .contains("1 of 90 numbers of the baseline shuffled are not finite as FLOAT16");
  }

  private static RepresentationCut cut(String text) {
    try {
      RepresentationCut.Builder cut = TextFormat.parse(text, RepresentationCut.class).toBuilder();
      Baselines.get(cut.build()).fillDefaults(cut);
      return cut.build();
    } catch (TextFormat.ParseException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static RepresentationCut ofDefaults(Baseline baseline) {
    return cut(baseline.name() + " {}");
  }

  private Path make(
      Baseline baseline, RepresentationCut cut, String split, int examples, long seed, Object... of)
      throws IOException {
    return bench
        .execute(
            new MakeRepresentationExecutor(),
            run(baseline, cut, split, examples, seed, ElementType.FLOAT32, of))
        .resolve("representation");
  }

  /** As the planner makes it. */
  private Bench.Run run(
      Baseline baseline,
      RepresentationCut cut,
      String split,
      int examples,
      long seed,
      ElementType dtype,
      Object... of)
      throws IOException {
    boolean random = baseline.isRandom(cut);
    MakeRepresentation parameters =
        MakeRepresentation.newBuilder()
            .setSource(baseline.keyed(cut, baseline.shape(cut, TASK, TASK.shape())))
            .setExamples(examples)
            .setDtype(dtype)
            .setSeed(random ? seed : 0)
            .setSplit(random ? split : "")
            .build();
    List<Object> inputs = new ArrayList<>(List.of("dataset", split.equals("train") ? train : test));
    if (of.length == 0 && !baseline.splitOfInput(split).equals(split)) {
      inputs.addAll(List.of("of", train));
    }
    inputs.addAll(Arrays.asList(of));
    return bench.stage(Action.newBuilder().setMakeRepresentation(parameters), inputs.toArray());
  }

  private float[][] rows(String text, String split, long seed, Object... of) throws IOException {
    RepresentationCut cut = cut(text);
    try (TensorFile file = open(make(Baselines.get(cut), cut, split, 0, seed, of))) {
      return rows(file);
    }
  }

  private static TensorFile open(Path file) throws IOException {
    return TensorFile.open(file);
  }

  private static float[][] rows(TensorFile file) {
    float[][] rows = new float[file.rows()][file.elementsPerRow()];
    Examples examples = new Examples(file);
    for (int row = 0; row < rows.length; row++) {
      FloatBuffer numbers = examples.read(row);
      numbers.get(rows[row]);
    }
    return rows;
  }

  private static double[] flat(float[][] rows) {
    double[] numbers = new double[rows.length * rows[0].length];
    for (int row = 0; row < rows.length; row++) {
      for (int i = 0; i < rows[row].length; i++) {
        numbers[row * rows[0].length + i] = rows[row][i];
      }
    }
    return numbers;
  }

  private static Path representation(List<Integer> shape, int[] labels, float[]... rows)
      throws IOException {
    Path file = Files.createTempFile(directory, "labelled", "");
    try (TensorFileWriter writer =
        TensorFileWriter.create(
            file,
            "representation",
            shape,
            List.of("C", "H", "W"),
            Element.FLOAT32,
            256,
            new TreeMap<>())) {
      for (int i = 0; i < rows.length; i++) {
        ByteBuffer row =
            ByteBuffer.allocate(rows[i].length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        row.asFloatBuffer().put(rows[i]);
        writer.write(row, labels[i]);
      }
    }
    return file;
  }
}
