package io.stitchflow.stitch;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.comparison.CompareStitchesExecutor;
import io.stitchflow.comparison.MeasuredValues;
import io.stitchflow.statistics.Matrix;
import io.stitchflow.tensors.Dtype;
import io.stitchflow.tensors.NamedTensor;
import io.stitchflow.tensors.Safetensors;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.CompareStitches;
import io.stitchflow.v1.Comparison;
import io.stitchflow.v1.FitVanillaStitch;
import io.stitchflow.v1.Initialization;
import io.stitchflow.v1.Optimizer;
import io.stitchflow.v1.StitchRecipe;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * The rank that the task needs in cells where it is known: the receiver's last layer reads one or
 * two dimensions of its representation, in which each class has a mean of its own, and the others
 * vary more than these.
 */
class TaskRanksTest extends BetweenTwoNetworks {
  private static final String CUT = "pool";
  private static final int CHANNELS = 4;
  private static final int INPUTS = 6;
  private static final int CLASSES = 10;

  private static final String LAYERS =
      "layer { name: \"stem\" conv { channels: 4 kernel: 1 stride: 1 } }"
          + " layer { name: \"pool\" global_avg_pool {} }"
          + " layer { name: \"head\" linear { outputs: 10 bias: true } }";

  private static final StitchRecipe RECIPE =
      StitchRecipe.newBuilder()
          .setEpochs(60)
          .setBatchSize(16)
          .setOptimizer(Optimizer.ADAM)
          .setLearningRate(0.03)
          .setMomentum(0.9)
          .setWeightDecay(0)
          .setWhiten(true)
          .build();

  /** Where a class lies, in the dimensions that the last layer reads. */
  private interface Means {
    double[] of(int label);
  }

  @Test
  void classesOnALine_needRankOne() throws IOException {
    Cells line = cells(label -> new double[] {(label - 4.5) / 3}, 14);
    MeasuredValues test = MeasuredValues.of(compare(line).getTest());
    Map<String, Double> accuracy = test.series("task_rank_accuracy");
    assertThat(accuracy.keySet()).containsExactly("rank_1", "rank_2", "full");
    assertThat(accuracy.get("full")).isEqualTo(1);
    assertThat(accuracy.get("rank_1")).isEqualTo(accuracy.get("full"));
    assertThat(test.number("task_rank")).isEqualTo(1);
    assertThat(test.number("effective_rank")).as("what matching needs").isGreaterThan(2);
    Path start = fit(line, 1, RECIPE.toBuilder().setEpochs(0).build());
    Comparison untrained = compare(line, start, Map.of());
    assertThat(Cells.number(untrained.getTest(), "vanilla_accuracy"))
        .as("the copy of rank 1")
        .isLessThan(0.5);
  }

  @Test
  void classesOnACircle_needRankTwo() throws IOException {
    Cells circle =
        cells(
            label -> {
              double angle = 2 * Math.PI * label / CLASSES;
              return new double[] {Math.cos(angle), Math.sin(angle)};
            },
            9);
    MeasuredValues test = MeasuredValues.of(compare(circle).getTest());
    Map<String, Double> accuracy = test.series("task_rank_accuracy");
    assertThat(accuracy.get("full")).isEqualTo(1);
    assertThat(accuracy.get("rank_2")).isEqualTo(accuracy.get("full"));
    // A line crosses the sectors of at most six of ten classes
    assertThat(accuracy.get("rank_1")).isLessThan(0.7);
    assertThat(test.number("task_rank")).isEqualTo(2);
  }

  @Test
  void measures_areThoseOfEachStitchAndChosenOnValidation() throws IOException {
    Comparison comparison = compare(cells(label -> new double[] {(label - 4.5) / 3}, 14));
    MeasuredValues seen = MeasuredValues.of(comparison.getValidation());
    MeasuredValues test = MeasuredValues.of(comparison.getTest());
    for (MeasuredValues split : List.of(seen, test)) {
      assertThat(split.series("task_rank_accuracy").get("full"))
          .isEqualTo(split.number("vanilla_accuracy"));
      assertThat(split.series("task_rank_cross_entropy").get("full"))
          .isEqualTo(split.number("vanilla_cross_entropy"));
    }
    // 30 validation examples of 10 classes, each three times
    Map<String, Double> crossEntropy = seen.series("task_rank_cross_entropy");
    double best = crossEntropy.values().stream().min(Double::compare).orElseThrow();
    double least = 0.95 * (Math.log(CLASSES) - best);
    String first =
        crossEntropy.keySet().stream()
            .filter(name -> Math.log(CLASSES) - at(crossEntropy, name) >= least)
            .findFirst()
            .orElseThrow();
    assertThat(test.number("task_rank"))
        .isEqualTo(Map.of("rank_1", 1., "rank_2", 2., "full", (double) CHANNELS).get(first));
    assertThat(seen.number("task_rank")).as("chosen there").isNull();
    MeasuredValues train = MeasuredValues.of(comparison.getTrain());
    assertThat(train.series("task_rank_accuracy")).isEmpty();
    assertThat(train.number("task_rank")).isNull();
  }

  private static double at(Map<String, Double> series, String name) {
    return Objects.requireNonNull(series.get(name), name);
  }

  /**
   * A sender of 6 and a receiver of 4 numbers.
   *
   * @param sharpness of the receiver: its logits are -sharpness times squared distances from the
   *     means of the classes
   */
  private Cells cells(Means means, double sharpness) throws IOException {
    int read = means.of(0).length;
    Random random = new Random(7);
    // y = [class's dimensions, others] mix, and x = the same and two more, rotated
    Matrix mix =
        Matrix.normal(random, CHANNELS, CHANNELS)
            .plus(Matrix.identity(CHANNELS).times(2))
            .times(0.4);
    Matrix rotation = Matrix.normal(random, INPUTS, INPUTS).rightSingularVectors();
    List<Path> senders = new ArrayList<>();
    List<Path> receivers = new ArrayList<>();
    for (int examples : List.of(Subject.TRAIN_EXAMPLES, Subject.TEST_EXAMPLES)) {
      Matrix hidden = Matrix.normal(random, examples, INPUTS).times(1.4);
      for (int i = 0; i < examples; i++) {
        double[] mean = means.of(label(i));
        for (int d = 0; d < read; d++) {
          hidden.data().set(i, d, mean[d] + 0.02 * random.nextGaussian());
        }
      }
      senders.add(representation(INPUTS, hidden.times(rotation)));
      receivers.add(representation(CHANNELS, hidden.firstColumns(CHANNELS).times(mix)));
    }
    Path network = receiver(means, sharpness, mix.pseudoInverse().firstColumns(read));
    return new Cells(
        bench,
        subject(cells.sender(), network, senders),
        subject(cells.receiver(), network, receivers));
  }

  private Path representation(int numbers, Matrix rows) throws IOException {
    return bench.representation(List.of(numbers), TaskRanksTest::label, floats(rows));
  }

  private Comparison compare(Cells made) throws IOException {
    return compare(
        made, fit(made, 0, RECIPE), Map.of(1, fit(made, 1, RECIPE), 2, fit(made, 2, RECIPE)));
  }

  /**
   * @param ranks stitches by their rank
   */
  private Comparison compare(Cells made, Path vanilla, Map<Integer, Path> ranks)
      throws IOException {
    CompareStitches.Builder parameters =
        CompareStitches.newBuilder()
            .setSenderCut(CUT)
            .setReceiverCut(CUT)
            .addAllMetric(List.of("accuracy", "ladder", "task_ranks"));
    Map<String, Path> inputs =
        new TreeMap<>(made.comparison(CUT, CUT, vanilla, made.copy(CUT, CUT)).inputs());
    new TreeMap<>(ranks)
        .forEach(
            (rank, stitch) -> {
              inputs.put("rank." + parameters.getRankCount(), stitch);
              parameters.addRank(rank);
            });
    List<Object> named = new ArrayList<>();
    inputs.forEach(
        (role, file) -> {
          named.add(role);
          named.add(file);
        });
    Path outputs =
        bench.execute(
            new CompareStitchesExecutor(),
            bench.stage(Action.newBuilder().setCompareStitches(parameters), named.toArray()));
    return Comparison.parseFrom(Files.readAllBytes(outputs.resolve("comparison")));
  }

  private Path fit(Cells made, int rank, StitchRecipe recipe) throws IOException {
    Path gram =
        bench.execute(new CollectGramExecutor(), made.gram(CUT, List.of())).resolve("moments");
    Path cross =
        bench.execute(new CollectCrossMomentsExecutor(), made.cross(CUT, CUT)).resolve("moments");
    FitVanillaStitch parameters =
        FitVanillaStitch.newBuilder()
            .setSenderCut(CUT)
            .setReceiverCut(CUT)
            .setFamily("flattened")
            .setObjective("task")
            .setRecipe(recipe)
            .setInitialization(Initialization.COPY)
            .setRank(rank)
            .setSeed(3)
            .build();
    return bench
        .execute(
            new FitVanillaStitchExecutor(),
            bench.stage(
                Action.newBuilder().setFitVanillaStitch(parameters),
                "sender",
                made.sender().train(CUT),
                "network",
                made.receiver().network(),
                "start",
                made.copy(CUT, CUT),
                "sender.gram",
                gram,
                "gram",
                gram,
                "cross",
                cross))
        .resolve("stitch");
  }

  /** Each part of the examples has all classes alike. */
  private static int label(int example) {
    return (example / 5 + 2 * example) % CLASSES;
  }

  /**
   * A receiver whose logits are -sharpness |z - mean of the class|² + constant, z = y' unmix.
   *
   * @param unmix [channels, dimensions that the last layer reads]
   */
  private Path receiver(Means means, double sharpness, Matrix unmix) throws IOException {
    float[] head = new float[CLASSES * CHANNELS];
    float[] bias = new float[CLASSES];
    for (int label = 0; label < CLASSES; label++) {
      double[] mean = means.of(label);
      double square = 0;
      for (int d = 0; d < mean.length; d++) {
        square += mean[d] * mean[d];
        for (int channel = 0; channel < CHANNELS; channel++) {
          head[label * CHANNELS + channel] +=
              (float) (2 * sharpness * mean[d] * unmix.get(channel, d));
        }
      }
      bias[label] = (float) (-sharpness * square);
    }
    Path file = Files.createTempFile(directory, "receiver", "");
    Safetensors.write(
        file,
        List.of(
            tensor("stem.weight", new float[CHANNELS * 3], CHANNELS, 3, 1, 1),
            tensor("head.weight", head, CLASSES, CHANNELS),
            tensor("head.bias", bias, CLASSES)),
        new TreeMap<>(Map.of("layers", LAYERS, "image_shape", "3,4,4")));
    return file;
  }

  private static NamedTensor tensor(String name, float[] values, Integer... shape) {
    ByteBuffer floats =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    floats.asFloatBuffer().put(values);
    return new NamedTensor(name, Dtype.F32, List.of(shape), floats);
  }

  private static float[] floats(Matrix matrix) {
    float[] values = new float[matrix.rows() * matrix.columns()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) matrix.data().get(i);
    }
    return values;
  }

  private static Subject subject(Subject like, Path network, List<Path> representations) {
    return new Subject(
        network,
        like.predictions(),
        like.curve(),
        Map.of(CUT, representations.get(0)),
        Map.of(CUT, representations.get(1)));
  }
}
