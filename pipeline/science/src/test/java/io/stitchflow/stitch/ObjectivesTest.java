package io.stitchflow.stitch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import io.stitchflow.network.Architecture;
import io.stitchflow.network.ClassificationTask;
import io.stitchflow.network.CutPoint;
import io.stitchflow.network.LayeredNetwork;
import io.stitchflow.network.Network;
import io.stitchflow.objective.Objective;
import io.stitchflow.objective.ObjectiveInputs;
import io.stitchflow.objective.Objectives;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.torch.Autograd;
import io.stitchflow.torch.HostArray;
import io.stitchflow.torch.InputGradients;
import io.stitchflow.torch.Lane;
import io.stitchflow.torch.Sgd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds of every objective, on random representations and a random receiver. */
class ObjectivesTest {
  private static final int EXAMPLES = 20;
  private static final int[] ROWS = {3, 1, 19, 7, 12};

  /** In place of the number of a later cut. */
  private static final int LOGITS = -1;

  private static final int POOLED = -2;

  @TempDir Path directory;

  static Stream<Objective> objectives() {
    return Objectives.all().stream();
  }

  @ParameterizedTest
  @MethodSource("objectives")
  void objective_anyName_isFoundAgain(Objective objective) {
    assertThat(Objectives.get(objective.name())).isSameAs(objective);
    assertThat(objective.name()).matches("[a-z][a-z0-9_-]*");
  }

  @ParameterizedTest
  @MethodSource("objectives")
  void loss_stepsOfDescent_fallsFromAFiniteNumber(Objective objective) throws IOException {
    try (Lane lane = Lane.open();
        Network receiver =
            LayeredNetwork.random(
                lane, Architecture.parse("ResNet(1,1,1,1)", 4, ClassificationTask.CIFAR10), 1)) {
      CutPoint cut = receiver.source().cut("layer4.0");
      try (TensorFile sender = TensorFile.open(representation(cut, 2));
          TensorFile own = TensorFile.open(representation(cut, 3));
          FrozenStitch stitch = FrozenStitch.random(lane, Stitch.between(cut, cut), 4);
          Sgd sgd = new Sgd(List.of(stitch.weight()), List.of(stitch.bias()), 0, 0)) {
        Objective.BatchLoss loss =
            objective.open(new ObjectiveInputs(lane, sender, cut, receiver, own));
        List<Double> losses = new ArrayList<>();
        for (int step = 0; step < 5; step++) {
          Lane.scoped(
              () -> {
                NDArray x = rows(lane, sender);
                NDArray target = loss.target(ROWS, 1, 4);
                NDArray now = Autograd.withGradient(() -> loss.loss(stitch.apply(x), target));
                losses.add(HostArray.number(now));
                Autograd.backward(now);
                sgd.step(1e-2);
              });
        }
        assertThat(losses).allMatch(number -> Double.isFinite(number) && number > 0);
        assertThat(losses.get(4)).isLessThan(losses.get(0));
      }
    }
  }

  /** At each cut, so also where no later cut is left. */
  @ParameterizedTest
  @MethodSource("objectives")
  void gradient_atEachCut_isTheSlopeOfTheLoss(Objective objective) throws IOException {
    try (Lane lane = Lane.open();
        Network receiver = receiver(lane)) {
      for (CutPoint cut : receiver.source().cuts()) {
        try (TensorFile own = TensorFile.open(representation(cut, 3))) {
          Objective.BatchLoss loss =
              objective.open(new ObjectiveInputs(lane, own, cut, receiver, own));
          Lane.scoped(
              () -> {
                NDArray target = loss.target(ROWS, 1, 4);
                float[] z = values(4 * cut.elements(), 9);
                float[] gradient = gradient(lane, cut, loss, target, z);
                double norm = Math.sqrt(sum(gradient.length, i -> square(gradient[i])));
                double step = 1e-2;
                double slope =
                    (at(lane, cut, loss, target, moved(z, gradient, step / norm))
                            - at(lane, cut, loss, target, moved(z, gradient, -step / norm)))
                        / (2 * step);
                assertThat(slope).as(cut.layer()).isEqualTo(norm, within(0.02 * norm));
              });
        }
      }
    }
  }

  @Test
  void softLabels_loss_isTheEntropyOfTheReceiversOutputsPlusTheDivergence() throws IOException {
    try (Lane lane = Lane.open();
        Network receiver = receiver(lane)) {
      CutPoint cut = receiver.source().cut("layer3.0");
      try (TensorFile own = TensorFile.open(representation(cut, 3))) {
        Objective.BatchLoss loss =
            Objectives.get("soft_labels").open(new ObjectiveInputs(lane, own, cut, receiver, own));
        Lane.scoped(
            () -> {
              NDArray y = rows(lane, own);
              NDArray z = array(lane, cut, values(4 * cut.elements(), 9));
              double[][] p = probabilities(receiver.suffix(y, cut).toFloatArray());
              double[][] q = probabilities(receiver.suffix(z, cut).toFloatArray());
              double expected = 0;
              for (int i = 0; i < p.length; i++) {
                for (int k = 0; k < p[i].length; k++) {
                  expected -= p[i][k] * Math.log(q[i][k]) / p.length;
                }
              }
              NDArray target = loss.target(ROWS, 1, 4);
              assertThat(HostArray.number(loss.loss(z, target)))
                  .isEqualTo(expected, within(1e-5 * expected));
              assertThat(HostArray.number(loss.loss(y, target))).isLessThan(expected);
            });
      }
    }
  }

  @Test
  void later_loss_isTheSumOfErrorsOverVariancesOfLaterCuts() throws IOException {
    try (Lane lane = Lane.open();
        Network receiver = receiver(lane)) {
      CutPoint cut = receiver.source().cut("layer2.0");
      assertThat(loss("later", lane, receiver, cut))
          .isEqualTo(
              relativeError(lane, receiver, cut, 0) + relativeError(lane, receiver, cut, 1),
              within(1e-4));
    }
  }

  @Test
  void later_atTheLastCut_isTheErrorOfLogits() throws IOException {
    try (Lane lane = Lane.open();
        Network receiver = receiver(lane)) {
      CutPoint cut = receiver.source().cut("layer4.0");
      assertThat(loss("later", lane, receiver, cut))
          .isEqualTo(relativeError(lane, receiver, cut, LOGITS), within(1e-4));
    }
  }

  /** The mean of each channel is what the ResNet's last layer reads. */
  @Test
  void penultimate_anyCut_isTheErrorOfThePooledChannels() throws IOException {
    try (Lane lane = Lane.open();
        Network receiver = receiver(lane)) {
      for (String layer : List.of("layer3.0", "layer4.0")) {
        CutPoint cut = receiver.source().cut(layer);
        assertThat(loss("penultimate", lane, receiver, cut))
            .isEqualTo(relativeError(lane, receiver, cut, POOLED), within(1e-4));
      }
    }
  }

  @Test
  void relativeError_ofTheReceiversOwn_isZero() throws IOException {
    try (Lane lane = Lane.open();
        Network receiver = receiver(lane)) {
      for (String name : List.of("later", "penultimate")) {
        for (CutPoint cut : receiver.source().cuts()) {
          try (TensorFile own = TensorFile.open(representation(cut, 3))) {
            Objective.BatchLoss loss =
                Objectives.get(name).open(new ObjectiveInputs(lane, own, cut, receiver, own));
            Lane.scoped(
                () ->
                    assertThat(
                            HostArray.number(loss.loss(rows(lane, own), loss.target(ROWS, 1, 4))))
                        .isLessThan(1e-9));
          }
        }
      }
    }
  }

  /** Every example is the same, so nothing varies at vectors: there is nothing to be told apart. */
  @Test
  void relativeError_whereNothingVaries_isZeroWithoutASlope() throws IOException {
    try (Lane lane = Lane.open();
        Network receiver = receiver(lane)) {
      CutPoint cut = receiver.source().cut("layer4.0");
      float[] values = new float[EXAMPLES * cut.elements()];
      Path constant =
          new Bench(Files.createDirectory(directory.resolve("constant")))
              .representation(cut.shape(), values);
      try (TensorFile own = TensorFile.open(constant)) {
        Objective.BatchLoss loss =
            Objectives.get("penultimate").open(new ObjectiveInputs(lane, own, cut, receiver, own));
        Lane.scoped(
            () -> {
              NDArray target = loss.target(ROWS, 1, 4);
              float[] z = values(4 * cut.elements(), 9);
              assertThat(at(lane, cut, loss, target, z)).isZero();
              assertThat(gradient(lane, cut, loss, target, z)).containsOnly(0f, -0f);
            });
      }
    }
  }

  @Test
  void get_unknownName_listsAllObjectives() {
    assertThatThrownBy(() -> Objectives.get("tusk"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'tusk'")
        .hasMessageContaining(String.join(", ", Objectives.names()));
  }

  private static Network receiver(Lane lane) {
    return LayeredNetwork.random(
        lane, Architecture.parse("ResNet(1,1,1,1)", 4, ClassificationTask.CIFAR10), 1);
  }

  /** Of Gaussian maps as the stitched ones. */
  private double loss(String objective, Lane lane, Network receiver, CutPoint cut)
      throws IOException {
    try (TensorFile own = TensorFile.open(representation(cut, 3))) {
      Objective.BatchLoss loss =
          Objectives.get(objective).open(new ObjectiveInputs(lane, own, cut, receiver, own));
      return Lane.<Double>scoped(
          () -> at(lane, cut, loss, loss.target(ROWS, 1, 4), values(4 * cut.elements(), 9)));
    }
  }

  /**
   * ‖f(Z) − f(Y)‖² over the batch's elements and the variance over the examples whose row is not 4,
   * 9, 14 or 19, in float64 and one number after another.
   *
   * @param what number of the later cut, {@link #LOGITS} or {@link #POOLED}
   */
  private double relativeError(Lane lane, Network receiver, CutPoint cut, int what)
      throws IOException {
    float[] all = values(EXAMPLES * cut.elements(), 3);
    List<double[][]> fitted = new ArrayList<>();
    for (int row = 0; row < EXAMPLES; row++) {
      if (row % 5 != 4) {
        fitted.add(observed(lane, receiver, cut, row(all, row, cut), what));
      }
    }
    int channels = fitted.get(0).length;
    int positions = fitted.get(0)[0].length;
    double variance = 0;
    for (int c = 0; c < channels; c++) {
      int channel = c;
      double count = fitted.size() * positions;
      double mean =
          fitted.stream().mapToDouble(map -> sum(positions, p -> map[channel][p])).sum() / count;
      variance +=
          fitted.stream()
                  .mapToDouble(map -> sum(positions, p -> square(map[channel][p] - mean)))
                  .sum()
              / count
              / channels;
    }
    float[] stitched = values(4 * cut.elements(), 9);
    double squares = 0;
    for (int i = 0; i < 4; i++) {
      double[][] z = observed(lane, receiver, cut, row(stitched, i, cut), what);
      double[][] y = observed(lane, receiver, cut, row(all, ROWS[1 + i], cut), what);
      for (int c = 0; c < channels; c++) {
        int channel = c;
        squares += sum(positions, p -> square(z[channel][p] - y[channel][p]));
      }
    }
    return squares / (4. * channels * positions) / variance;
  }

  /** [channels][positions]. */
  private static double[][] observed(
      Lane lane, Network receiver, CutPoint cut, float[] example, int what) {
    List<double[][]> maps = new ArrayList<>();
    Lane.scoped(
        () -> {
          NDArray map = array(lane, cut, example);
          if (what == POOLED) {
            List<CutPoint> cuts = receiver.source().cuts();
            if (cut.equals(cuts.get(cuts.size() - 1))) {
              maps.add(channels(map));
            } else {
              receiver.suffix(map, cut, (layer, later) -> maps.add(channels(later)));
            }
            double[][] channels = maps.get(maps.size() - 1);
            double[][] pooled = new double[channels.length][1];
            for (int c = 0; c < pooled.length; c++) {
              pooled[c][0] = DoubleStream.of(channels[c]).average().orElseThrow();
            }
            maps.clear();
            maps.add(pooled);
          } else if (what == LOGITS) {
            maps.add(channels(receiver.suffix(map, cut)));
          } else {
            receiver.suffix(map, cut, (layer, later) -> maps.add(channels(later)));
          }
        });
    return maps.get(Math.max(0, what));
  }

  private static double[][] channels(NDArray ofOneExample) {
    float[] values = ofOneExample.toFloatArray();
    double[][] channels = new double[Math.toIntExact(ofOneExample.getShape().get(1))][];
    int positions = values.length / channels.length;
    for (int c = 0; c < channels.length; c++) {
      channels[c] = new double[positions];
      for (int p = 0; p < positions; p++) {
        channels[c][p] = values[c * positions + p];
      }
    }
    return channels;
  }

  private static double[][] probabilities(float[] logits) {
    double[][] rows = new double[logits.length / 10][10];
    for (int i = 0; i < rows.length; i++) {
      int row = i;
      double all = sum(10, k -> Math.exp(logits[row * 10 + k]));
      for (int k = 0; k < 10; k++) {
        rows[i][k] = Math.exp(logits[i * 10 + k]) / all;
      }
    }
    return rows;
  }

  private static double at(
      Lane lane, CutPoint cut, Objective.BatchLoss loss, NDArray target, float[] z) {
    return Lane.<Double>scoped(() -> HostArray.number(loss.loss(array(lane, cut, z), target)));
  }

  private static float[] gradient(
      Lane lane, CutPoint cut, Objective.BatchLoss loss, NDArray target, float[] z) {
    List<float[]> gradients = new ArrayList<>();
    NDArray stitched = array(lane, cut, z);
    try (InputGradients pass = new InputGradients(stitched, input -> loss.loss(input, target))) {
      pass.of(pass.output().onesLike(), gradient -> gradients.add(gradient.toFloatArray()));
    }
    return gradients.get(0);
  }

  private static float[] moved(float[] z, float[] direction, double step) {
    float[] moved = z.clone();
    for (int i = 0; i < z.length; i++) {
      moved[i] += (float) (step * direction[i]);
    }
    return moved;
  }

  private static NDArray array(Lane lane, CutPoint cut, float[] values) {
    ByteBuffer bytes = Lane.allocate(values.length * Float.BYTES);
    bytes.asFloatBuffer().put(values);
    return lane.create(bytes, ColumnTrainer.shape(values.length / cut.elements(), cut.shape()));
  }

  private static float[] row(float[] values, int row, CutPoint cut) {
    return Arrays.copyOfRange(values, row * cut.elements(), (row + 1) * cut.elements());
  }

  private static double sum(int count, IntToDoubleFunction term) {
    return IntStream.range(0, count).mapToDouble(term).sum();
  }

  private static double square(double x) {
    return x * x;
  }

  /** The batch of {@link #ROWS} without the first. */
  private static NDArray rows(Lane lane, TensorFile file) {
    ByteBuffer buffer = Lane.allocate(4 * file.elementsPerRow() * Float.BYTES);
    file.gatherFloats(ROWS, 1, 4, buffer);
    return lane.create(buffer, ColumnTrainer.shape(4, file.shape()));
  }

  private Path representation(CutPoint cut, long seed) throws IOException {
    Path own = Files.createTempDirectory(directory, String.valueOf(seed));
    return new Bench(own).representation(cut.shape(), values(EXAMPLES * cut.elements(), seed));
  }

  private static float[] values(int count, long seed) {
    float[] values = new float[count];
    Random random = new Random(seed);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
