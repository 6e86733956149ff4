package io.stitchflow.comparison;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.network.CutPoint;
import io.stitchflow.network.LayeredNetwork;
import io.stitchflow.network.Network;
import io.stitchflow.statistics.HalfPredictions;
import io.stitchflow.stitch.FrozenStitch;
import io.stitchflow.tensors.Dtype;
import io.stitchflow.tensors.NamedTensor;
import io.stitchflow.tensors.Safetensors;
import io.stitchflow.torch.Lane;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whether the receiver sees a mismatch, with a small receiver that the test computes too: 3 x 3
 * convolution of 4 channels to 3, ReLU, mean over 4 x 4 positions, linear map to 3 classes.
 */
class ReceiverSensitivityTest {
  private static final long SEED = 21;
  private static final int CHANNELS = 4;
  private static final int SIDE = 4;
  private static final int POSITIONS = SIDE * SIDE;
  private static final int FEATURES = 3;
  private static final int CLASSES = 3;
  private static final int TRAIN = 40;
  private static final int TEST = 24;
  private static final double[] IDENTITY = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1};
  private static final String LAYERS =
      "layer { name: \"stem\" conv { channels: 4 kernel: 1 stride: 1 } }"
          + " layer { name: \"mix\" sequence { layer { conv { channels: 3 kernel: 3 stride: 1 padding: 1 } }"
          + " layer { relu {} } } }"
          + " layer { global_avg_pool {} }"
          + " layer { name: \"head\" linear { outputs: 3 bias: true } }";

  @TempDir Path directory;
  private final Lane lane = Lane.open();
  private final SplittableRandom random = new SplittableRandom(SEED);
  private final double[] mix = draw(FEATURES * CHANNELS * 9, 0.6);
  private final double[] head = draw(CLASSES * FEATURES, 3);
  private final double[] bias = draw(CLASSES, 1);
  private final double[][] train = maps(TRAIN);
  private final double[][] test = maps(TEST);

  @AfterEach
  void close() {
    lane.close();
  }

  /** An affine map of channels: weight [4, 4] and bias. */
  private static final class Affine {
    private final double[] weight;
    private final double[] bias;

    Affine(double[] weight, double[] bias) {
      this.weight = weight;
      this.bias = bias;
    }

    double[] apply(double[] map) {
      double[] result = new double[map.length];
      for (int out = 0; out < CHANNELS; out++) {
        for (int at = 0; at < POSITIONS; at++) {
          result[out * POSITIONS + at] = bias[out];
          for (int in = 0; in < CHANNELS; in++) {
            result[out * POSITIONS + at] += weight[out * CHANNELS + in] * map[in * POSITIONS + at];
          }
        }
      }
      return result;
    }
  }

  @Test
  void metrics_receiverIgnoresWhatTheVanillaStitchGetsWrong_seeNoMismatch() throws IOException {
    ignoreTheLastTwoChannels();
    Affine vanilla =
        new Affine(
            new double[] {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
            new double[] {0, 0, 5, -5});
    Affine copy =
        new Affine(
            new double[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1},
            new double[] {5, -5, 0, 0});
    MeasuredValues values = measure(vanilla, copy);

    assertThat(number(values, "r2_vanilla")).isLessThan(-5);
    assertThat(number(values, "vanilla_fisher_r2")).isEqualTo(1, within(1e-6));
    assertThat(number(values, "vanilla_js_divergence")).isZero();
    assertThat(number(values, "vanilla_kl_divergence")).isZero();
    assertThat(number(values, "vanilla_ood_auroc")).isEqualTo(1);

    assertThat(number(values, "r2_copy")).isLessThan(-5);
    assertThat(number(values, "copy_fisher_r2")).isLessThan(-5);
    assertThat(number(values, "copy_js_divergence")).isGreaterThan(0.01);
    assertThat(number(values, "copy_kl_divergence")).isGreaterThan(0.01);
  }

  @Test
  void metrics_identicalOutputs_areExactlyThoseOfNoMismatch() throws IOException {
    Affine identity = new Affine(IDENTITY, new double[CHANNELS]);
    MeasuredValues values = measure(identity, identity);
    for (String stitch : List.of("vanilla", "copy")) {
      assertThat(number(values, stitch + "_js_divergence")).isZero();
      assertThat(number(values, stitch + "_kl_divergence")).isZero();
      assertThat(number(values, stitch + "_fisher_r2")).isEqualTo(1);
      assertThat(number(values, stitch + "_ood_auroc")).isEqualTo(0.5);
    }
  }

  @Test
  void metrics_anyStitches_areThoseOfANaiveImplementation() throws IOException {
    Affine vanilla = new Affine(draw(16, 0.8), draw(4, 0.5));
    double[] nearly = IDENTITY.clone();
    nearly[1] = 0.3;
    nearly[15] = 0.7;
    Affine copy = new Affine(nearly, draw(4, 0.1));
    MeasuredValues values = measure(vanilla, copy);
    double[] fisher = naiveFisher();
    for (Map.Entry<String, Affine> each : Map.of("vanilla", vanilla, "copy", copy).entrySet()) {
      String stitch = each.getKey();
      double[][] stitched =
          Arrays.stream(test).map(each.getValue()::apply).toArray(double[][]::new);
      assertThat(number(values, stitch + "_fisher_r2"))
          .as(stitch)
          .isEqualTo(naiveR2(fisher, stitched), within(2e-4));
      assertThat(number(values, stitch + "_ood_auroc"))
          .as(stitch)
          .isEqualTo(naiveAuroc(stitched), within(1e-9));
      double kullbackLeibler = 0;
      double jensenShannon = 0;
      for (int i = 0; i < TEST; i++) {
        double[] p = probabilities(test[i]);
        double[] q = probabilities(stitched[i]);
        for (int k = 0; k < CLASSES; k++) {
          double middle = (p[k] + q[k]) / 2;
          kullbackLeibler += p[k] * Math.log(p[k] / q[k]) / TEST;
          jensenShannon +=
              (p[k] * Math.log(p[k] / middle) + q[k] * Math.log(q[k] / middle)) / 2 / TEST;
        }
      }
      assertThat(number(values, stitch + "_kl_divergence"))
          .isEqualTo(kullbackLeibler, within(1e-5));
      assertThat(number(values, stitch + "_js_divergence")).isEqualTo(jensenShannon, within(1e-5));
    }
    assertThat(number(values, "vanilla_ood_auroc")).isNotEqualTo(0.5);
    assertThat(number(values, "copy_fisher_r2")).isNotEqualTo(number(values, "r2_copy"));
  }

  @Test
  void metrics_trainExamples_haveDivergencesOnly() throws IOException {
    Affine identity = new Affine(IDENTITY, new double[CHANNELS]);
    try (Network receiver = receiver();
        FrozenStitch stitch = stitch(receiver.source().cut("stem"), identity);
        CellMeter meter = read(receiver, cell(stitch, stitch, TRAIN), null, train)) {
      assertThat(MeasuredValues.of(meter.measurement()).numbers())
          .containsKey("vanilla_js_divergence")
          .doesNotContainKeys("vanilla_fisher_r2", "vanilla_ood_auroc");
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {0, 1e-8f})
  void metrics_representationThatVariesByRounding_leaveOutWhatIsUndefined(float rounding)
      throws IOException {
    for (double[][] maps : List.of(train, test)) {
      for (double[] map : maps) {
        for (int i = 0; i < map.length; i++) {
          map[i] = 0.1f + rounding * random.nextInt(2);
        }
      }
    }
    Affine vanilla = new Affine(draw(16, 0.8), draw(4, 0.5));
    assertThat(measure(vanilla, vanilla).numbers())
        .containsKey("vanilla_js_divergence")
        .doesNotContainKeys("vanilla_fisher_r2", "vanilla_ood_auroc");
  }

  private static double number(MeasuredValues values, String quantity) {
    return Objects.requireNonNull(values.number(quantity), quantity);
  }

  private double[] draw(int count, double scale) {
    double[] numbers = new double[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) (scale * (2 * random.nextDouble() - 1));
    }
    return numbers;
  }

  /** Channels of unlike mean and spread. */
  private double[][] maps(int count) {
    double[][] maps = new double[count][];
    for (int i = 0; i < count; i++) {
      maps[i] = draw(CHANNELS * POSITIONS, 1);
      double common = random.nextDouble();
      for (int at = 0; at < POSITIONS; at++) {
        maps[i][at] = (float) (2 * maps[i][at] + common);
        maps[i][POSITIONS + at] = (float) (maps[i][POSITIONS + at] + 0.5 * maps[i][at]);
      }
    }
    return maps;
  }

  private void ignoreTheLastTwoChannels() {
    for (int out = 0; out < FEATURES; out++) {
      Arrays.fill(mix, (out * CHANNELS + 2) * 9, (out + 1) * CHANNELS * 9, 0);
    }
  }

  // The receiver, in float64

  private double[] probabilities(double[] map) {
    double[] p = bias.clone();
    for (int feature = 0; feature < FEATURES; feature++) {
      double mean = 0;
      for (int at = 0; at < POSITIONS; at++) {
        mean += Math.max(0, convolved(map, feature, at / SIDE, at % SIDE)) / POSITIONS;
      }
      for (int k = 0; k < CLASSES; k++) {
        p[k] += head[k * FEATURES + feature] * mean;
      }
    }
    double sum = Arrays.stream(p).map(Math::exp).sum();
    return Arrays.stream(p).map(logit -> Math.exp(logit) / sum).toArray();
  }

  private double convolved(double[] map, int feature, int row, int column) {
    double sum = 0;
    for (int channel = 0; channel < CHANNELS; channel++) {
      for (int i = 0; i < 9; i++) {
        int y = row + i / 3 - 1;
        int x = column + i % 3 - 1;
        if (0 <= y && y < SIDE && 0 <= x && x < SIDE) {
          sum +=
              mix[(feature * CHANNELS + channel) * 9 + i] * map[channel * POSITIONS + y * SIDE + x];
        }
      }
    }
    return sum;
  }

  /** E[gg'] by central differences, up to a factor. */
  private double[] naiveFisher() {
    double step = 1e-6;
    double[] fisher = new double[CHANNELS * CHANNELS];
    for (double[] map : test) {
      double[] p = probabilities(map);
      double[][] gradients = new double[CLASSES][map.length];
      for (int i = 0; i < map.length; i++) {
        double[] moved = map.clone();
        moved[i] += step;
        double[] up = probabilities(moved);
        moved[i] -= 2 * step;
        double[] down = probabilities(moved);
        for (int k = 0; k < CLASSES; k++) {
          gradients[k][i] = (Math.log(up[k]) - Math.log(down[k])) / (2 * step);
        }
      }
      for (int k = 0; k < CLASSES; k++) {
        for (int a = 0; a < CHANNELS; a++) {
          for (int b = 0; b < CHANNELS; b++) {
            for (int at = 0; at < POSITIONS; at++) {
              fisher[a * CHANNELS + b] +=
                  p[k] * gradients[k][a * POSITIONS + at] * gradients[k][b * POSITIONS + at];
            }
          }
        }
      }
    }
    return fisher;
  }

  private double naiveR2(double[] fisher, double[][] stitched) {
    double[] mean = new double[CHANNELS];
    double rows = TEST * POSITIONS;
    for (double[] map : test) {
      for (int i = 0; i < map.length; i++) {
        mean[i / POSITIONS] += map[i] / rows;
      }
    }
    double errors = 0;
    double variance = 0;
    for (int i = 0; i < TEST; i++) {
      for (int at = 0; at < POSITIONS; at++) {
        for (int a = 0; a < CHANNELS; a++) {
          for (int b = 0; b < CHANNELS; b++) {
            int ofA = a * POSITIONS + at;
            int ofB = b * POSITIONS + at;
            double weight = fisher[a * CHANNELS + b];
            errors +=
                weight * (stitched[i][ofA] - test[i][ofA]) * (stitched[i][ofB] - test[i][ofB]);
            variance += weight * (test[i][ofA] - mean[a]) * (test[i][ofB] - mean[b]);
          }
        }
      }
    }
    return 1 - errors / variance;
  }

  private double naiveAuroc(double[][] stitched) {
    double[][] fitted =
        Arrays.stream(train).map(ReceiverSensitivityTest::means).toArray(double[][]::new);
    double[] mean = new double[CHANNELS];
    for (double[] vector : fitted) {
      for (int a = 0; a < CHANNELS; a++) {
        mean[a] += vector[a] / TRAIN;
      }
    }
    double[][] covariance = new double[CHANNELS][CHANNELS];
    for (double[] vector : fitted) {
      for (int a = 0; a < CHANNELS; a++) {
        for (int b = 0; b < CHANNELS; b++) {
          covariance[a][b] += (vector[a] - mean[a]) * (vector[b] - mean[b]) / TRAIN;
        }
      }
    }
    double variance = IntStream.range(0, CHANNELS).mapToDouble(a -> covariance[a][a]).sum();
    for (int a = 0; a < CHANNELS; a++) {
      covariance[a][a] += 1e-3 * variance / CHANNELS;
    }
    double pairs = 0;
    for (double[] expected : test) {
      double low = score(means(expected), mean, covariance);
      for (double[] map : stitched) {
        double high = score(means(map), mean, covariance);
        pairs += low < high ? 1 : low == high ? 0.5 : 0;
      }
    }
    return pairs / TEST / TEST;
  }

  private static double[] means(double[] map) {
    double[] means = new double[CHANNELS];
    for (int i = 0; i < map.length; i++) {
      means[i / POSITIONS] += map[i] / POSITIONS;
    }
    return means;
  }

  /** d' inv(covariance) d by Gaussian elimination of [covariance, d]. */
  private static double score(double[] vector, double[] mean, double[][] covariance) {
    double[] d = new double[CHANNELS];
    double[][] rows = new double[CHANNELS][CHANNELS + 1];
    for (int a = 0; a < CHANNELS; a++) {
      d[a] = vector[a] - mean[a];
      System.arraycopy(covariance[a], 0, rows[a], 0, CHANNELS);
      rows[a][CHANNELS] = d[a];
    }
    for (int pivot = 0; pivot < CHANNELS; pivot++) {
      for (int row = 0; row < CHANNELS; row++) {
        double factor = row == pivot ? 0 : rows[row][pivot] / rows[pivot][pivot];
        for (int column = 0; column <= CHANNELS; column++) {
          rows[row][column] -= factor * rows[pivot][column];
        }
      }
    }
    double score = 0;
    for (int a = 0; a < CHANNELS; a++) {
      score += d[a] * rows[a][CHANNELS] / rows[a][a];
    }
    return score;
  }

  // The receiver and stitches, as files

  private MeasuredValues measure(Affine vanilla, Affine copy) throws IOException {
    try (Network receiver = receiver()) {
      CutPoint cut = receiver.source().cut("stem");
      try (FrozenStitch first = stitch(cut, vanilla);
          FrozenStitch second = stitch(cut, copy);
          CellMeter seen = read(receiver, cell(first, second, TRAIN), null, train);
          CellMeter unseen = read(receiver, cell(first, second, TEST), seen, test)) {
        return MeasuredValues.of(unseen.measurement());
      }
    }
  }

  private static CellMeter.Cell cell(FrozenStitch vanilla, FrozenStitch copy, int examples) {
    List<Integer> none = Collections.nCopies(examples, 0);
    return new CellMeter.Cell(
        vanilla,
        CellMeter.Started.ONCE,
        copy,
        new TreeMap<>(),
        new TreeMap<>(),
        null,
        new HalfPredictions(none, none),
        1);
  }

  /** In two batches. */
  private CellMeter read(
      Network receiver, CellMeter.Cell cell, @Nullable CellMeter train, double[][] maps) {
    ReceiverTargets expected = new ReceiverTargets(lane, receiver, receiver.source().cut("stem"));
    CellMeter meter =
        new CellMeter(
            expected,
            cell,
            train,
            null,
            Metrics.named(List.of("mse", "divergence", "fisher", "ood")));
    int half = maps.length / 2;
    List<double[][]> batches =
        List.of(Arrays.copyOf(maps, half), Arrays.copyOfRange(maps, half, maps.length));
    int[] rows = IntStream.range(0, maps.length).toArray();
    if (train == null) {
      assertThat(expected.fisherRows(rows)).isEmpty();
    } else {
      assertThat(expected.fisherRows(rows)).containsExactly(rows);
      batches.forEach(batch -> expected.fisher().add(array(batch)));
    }
    for (double[][] batch : batches) {
      meter.add(array(batch), expected.add(array(batch), i -> 0), i -> 0);
    }
    return meter;
  }

  private NDArray array(double[][] maps) {
    ByteBuffer floats = Lane.allocate(maps.length * CHANNELS * POSITIONS * Float.BYTES);
    for (double[] map : maps) {
      for (double number : map) {
        floats.putFloat((float) number);
      }
    }
    return lane.create(floats.flip(), new Shape(maps.length, CHANNELS, SIDE, SIDE));
  }

  private Network receiver() throws IOException {
    Path file = directory.resolve("receiver");
    Safetensors.write(
        file,
        List.of(
            tensor("stem.weight", draw(12, 1), 4, 3, 1, 1),
            tensor("mix.0.weight", mix, FEATURES, CHANNELS, 3, 3),
            tensor("head.weight", head, CLASSES, FEATURES),
            tensor("head.bias", bias, CLASSES)),
        new TreeMap<>(Map.of("layers", LAYERS, "image_shape", "3,4,4")));
    return LayeredNetwork.load(lane, file);
  }

  private FrozenStitch stitch(CutPoint cut, Affine affine) throws IOException {
    Path file = directory.resolve("stitch");
    Safetensors.write(
        file,
        List.of(
            tensor("weight", affine.weight, CHANNELS, CHANNELS, 1, 1),
            tensor("bias", affine.bias, CHANNELS)),
        new TreeMap<>(Map.of("family", "pointwise")));
    return FrozenStitch.load(lane, cut, cut, file);
  }

  private static NamedTensor tensor(String name, double[] values, Integer... shape) {
    ByteBuffer floats =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (double value : values) {
      floats.putFloat((float) value);
    }
    return new NamedTensor(name, Dtype.F32, List.of(shape), floats.flip());
  }
}
