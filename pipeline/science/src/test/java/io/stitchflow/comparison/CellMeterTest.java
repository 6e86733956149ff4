package io.stitchflow.comparison;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.network.Architecture;
import io.stitchflow.network.ClassificationTask;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Numbers by hand: the vanilla stitch gives 2 everywhere, that of the seed before 4, the copy 1;
 * expected are 1 and 3.
 */
class CellMeterTest {
  private static final Architecture ARCHITECTURE =
      Architecture.parse("ResNet(1,1,1,1)", 1, ClassificationTask.CIFAR10);
  private static final CutPoint CUT = ARCHITECTURE.cuts().get(0);
  private static final int PIXELS = 32 * 32;

  @TempDir Path directory;
  private final Lane lane = Lane.open();
  private final Network receiver = LayeredNetwork.random(lane, ARCHITECTURE, 1);
  private MeasuredValues all = MeasuredValues.NONE;

  private boolean senderPredicts = true;

  @BeforeEach
  void measure() throws IOException {
    all = measure("mse", "accuracy", "agreement");
  }

  @AfterEach
  void close() {
    receiver.close();
    lane.close();
  }

  /** On train examples, then on test examples that are the same. */
  private MeasuredValues measure(String... metrics) throws IOException {
    try (FrozenStitch vanilla = constant(2);
        FrozenStitch copy = constant(1);
        FrozenStitch previous = constant(4)) {
      List<Integer> same = List.of(predicted(2), predicted(2));
      List<Integer> half = List.of(predicted(2), (predicted(2) + 1) % 10);
      CellMeter.Cell cell =
          new CellMeter.Cell(
              vanilla,
              CellMeter.Started.ONCE,
              copy,
              new java.util.TreeMap<>(),
              new java.util.TreeMap<>(),
              previous,
              new HalfPredictions(senderPredicts ? same : null, half),
              1);
      CellMeter train = read(cell, null, metrics);
      try (CellMeter test = read(cell, train, metrics)) {
        return MeasuredValues.of(test.measurement());
      }
    }
  }

  private CellMeter read(CellMeter.Cell cell, @Nullable CellMeter train, String... metrics) {
    ReceiverTargets expected = new ReceiverTargets(lane, receiver, CUT);
    CellMeter meter = new CellMeter(expected, cell, train, null, Metrics.named(List.of(metrics)));
    // Two batches of one example; of two examples that look the same, the labels differ
    add(meter, expected, array(1), i -> predicted(2));
    add(meter, expected, array(3), i -> 9 - predicted(2));
    return meter;
  }

  private void add(CellMeter meter, ReceiverTargets expected, NDArray y, IntUnaryOperator labels) {
    meter.add(array(9), expected.add(y, labels), labels);
  }

  @Test
  void measurement_mse_isTheMeanOverAllElements() {
    assertThat(all.examples()).isEqualTo(2);
    assertThat(all.number("ev")).isEqualTo(1, within(1e-12));
    assertThat(all.number("es")).isEqualTo(2, within(1e-12));
    assertThat(all.number("sv")).isEqualTo(1, within(1e-12));
    assertThat(all.number("variance")).isEqualTo(1, within(1e-12));
    assertThat(all.number("r2_vanilla")).isEqualTo(0, within(1e-12));
    assertThat(all.number("r2_copy")).isEqualTo(-1, within(1e-12));
    assertThat(all.number("es_below_ev")).isEqualTo(0);
    assertThat(all.number("r2_ceiling")).isEqualTo(1);
  }

  @Test
  void measurement_twoSeeds_splitsTheirErrorIntoNoiseAndBias() {
    // Errors of 2 are 1 and -1, of 4 they are 3 and 1
    assertThat(all.number("seed_noise")).isEqualTo(4 / 2., within(1e-12));
    assertThat(all.number("seed_bias")).isEqualTo((1 * 3 + -1 * 1) / 2., within(1e-12));
    assertThat(all.number("r2_bias")).isEqualTo(0, within(1e-12));
    // The mean of both EV, 1 and (9 + 1) / 2
    assertThat(number("seed_noise") + number("seed_bias")).isEqualTo((1 + 5) / 2., within(1e-12));
  }

  private double number(String quantity) {
    return Objects.requireNonNull(all.number(quantity));
  }

  @Test
  void measurement_accuracy_countsBothExamples() {
    double vanilla = predicted(2) == 9 - predicted(2) ? 1 : 0.5;
    double own =
        ((predicted(1) == predicted(2) ? 1 : 0) + (predicted(3) == 9 - predicted(2) ? 1 : 0)) / 2.;
    assertThat(all.number("vanilla_accuracy")).isEqualTo(vanilla);
    assertThat(all.number("receiver_accuracy")).isEqualTo(own);
    assertThat(all.number("vanilla_penalty")).isEqualTo(own - vanilla);
  }

  @Test
  void measurement_agreement_isAShareOfExamples() {
    assertThat(all.number("vanilla_agrees_with_sender")).isEqualTo(1);
    assertThat(all.number("vanilla_agrees_with_receiver")).isEqualTo(0.5);
    double same = predicted(1) == predicted(2) ? 1 : 0;
    assertThat(all.number("vanilla_agrees_with_copy")).isEqualTo(same);
    assertThat(all.number("copy_agrees_with_sender")).isEqualTo(same);
  }

  @Test
  void measurement_metricsNotRequested_areMissing() throws IOException {
    MeasuredValues errors = measure("mse");
    assertThat(errors.number("ev")).isNotNull();
    assertThat(errors.number("vanilla_accuracy")).isNull();
    assertThat(errors.number("vanilla_agrees_with_copy")).isNull();
    assertThat(measure("agreement").number("ev")).isNull();
  }

  @Test
  void measurement_constantMaps_leavesOutWhatIsUndefined() throws IOException {
    MeasuredValues constant =
        measure("cosine", "cka", "procrustes", "mahalanobis", "distance", "drift");
    // All positive and constant: parallel to what is expected
    assertThat(constant.number("vanilla_cosine")).isEqualTo(1, within(1e-6));
    // The expected 1 and 3 vary, what stitches and sender give does not
    assertThat(constant.number("vanilla_cka")).isNull();
    assertThat(constant.number("sender_procrustes")).isNull();
    // Mean 2, variance 1: the vanilla stitch is at the mean, the copy one deviation away
    assertThat(constant.number("vanilla_mahalanobis")).isZero();
    assertThat(constant.number("copy_mahalanobis")).isEqualTo(1, within(1e-6));
    // |2 - 1| over |1|
    assertThat(constant.number("stitch_distance")).isEqualTo(1, within(1e-6));
    assertThat(constant.series("vanilla_later_r2"))
        .containsOnlyKeys("layer1.0", "layer2.0", "layer3.0", "layer4.0");
    assertThat(constant.number("vanilla_r2_at_last_cut"))
        .isEqualTo(constant.series("vanilla_later_r2").get("layer4.0"));
  }

  @Test
  void measurement_exampleSimilarity_leavesOutWhatFewOrEqualExamplesDoNotDefine()
      throws IOException {
    // Two examples, four are the least
    MeasuredValues few = measure("mse", "example_similarity");
    assertThat(few.numbers().keySet())
        .contains("ev")
        .noneMatch(name -> name.contains("cka") || name.contains("neighbors"));
    assertThat(few.examples()).isEqualTo(2);
  }

  @Test
  void measurement_classAccuracy_isTheShareOfEachClassThatIsRight() throws IOException {
    MeasuredValues both = measure("class_accuracy");
    int label = predicted(2);
    // One example of each of two classes; the vanilla stitch has both predicted as the first
    assertThat(both.series("vanilla_class_accuracy"))
        .containsOnly(
            Map.entry(Integer.toString(label), 1.0), Map.entry(Integer.toString(9 - label), 0.0));
    assertThat(both.series("receiver_class_accuracy"))
        .containsOnly(
            Map.entry(Integer.toString(label), predicted(1) == label ? 1.0 : 0.0),
            Map.entry(Integer.toString(9 - label), predicted(3) == 9 - label ? 1.0 : 0.0));
  }

  @Test
  void measurement_interpolation_startsAtTheVanillaAndEndsAtTheCopy() throws IOException {
    MeasuredValues both = measure("accuracy", "interpolation");
    Map<String, Double> accuracies = both.series("interpolated_accuracy");
    assertThat(accuracies.keySet()).containsExactly("0.0", "0.25", "0.5", "0.75", "1.0");
    assertThat(accuracies.get("0.0")).isEqualTo(both.number("vanilla_accuracy"));
    assertThat(accuracies.get("1.0")).isEqualTo(both.number("copy_accuracy"));
    int halfway = predicted(1.5f);
    assertThat(accuracies.get("0.5"))
        .isEqualTo(
            ((halfway == predicted(2) ? 1 : 0) + (halfway == 9 - predicted(2) ? 1 : 0)) / 2.);
  }

  @Test
  void measurement_ofAnotherMetricsQuantity_isRefused() {
    MeasuredValues.Builder values = new MeasuredValues.Builder(1);
    values.next(Metrics.named(List.of("cka")).get(0));
    assertThatThrownBy(() -> values.put("ev", 1))
        .hasMessageContaining("no quantity 'ev', only [sender_cka, vanilla_cka, copy_cka]");
  }

  @Test
  void measurement_senderWithoutPredictions_hasNoAgreementWithItAndAllElse() throws IOException {
    MeasuredValues with = all;
    senderPredicts = false;
    Map<String, Double> without = new HashMap<>(measure("mse", "accuracy", "agreement").numbers());
    assertThat(without).doesNotContainKeys("vanilla_agrees_with_sender", "copy_agrees_with_sender");
    without.put(
        "vanilla_agrees_with_sender",
        Objects.requireNonNull(with.number("vanilla_agrees_with_sender")));
    without.put(
        "copy_agrees_with_sender", Objects.requireNonNull(with.number("copy_agrees_with_sender")));
    assertThat(without).isEqualTo(with.numbers());
  }

  @Test
  void agreement_fewerExamplesThanTheSplit_comparesTheFirst() {
    assertThat(HalfPredictions.agreement(List.of(1, 2), List.of(1, 3, 2))).isEqualTo(0.5);
    assertThatThrownBy(() -> HalfPredictions.agreement(List.of(1, 2), List.of(1)))
        .hasMessageContaining("2 predictions cannot be held against 1");
  }

  /** The class that the receiver sees in a stem of one number. */
  private int predicted(float value) {
    float[] logits = receiver.suffix(array(value), CUT).toFloatArray();
    int largest = 0;
    for (int i = 1; i < logits.length; i++) {
      largest = logits[i] > logits[largest] ? i : largest;
    }
    return largest;
  }

  private NDArray array(float value) {
    ByteBuffer values = Lane.allocate(PIXELS * Float.BYTES);
    while (values.hasRemaining()) {
      values.putFloat(value);
    }
    return lane.create(values.flip(), new Shape(1, 1, 32, 32));
  }

  private FrozenStitch constant(float bias) throws IOException {
    Path file = directory.resolve("constant" + bias);
    Safetensors.write(
        file,
        List.of(
            new NamedTensor("weight", Dtype.F32, List.of(1, 1, 1, 1), floats(0)),
            new NamedTensor("bias", Dtype.F32, List.of(1), floats(bias))),
        new TreeMap<>(Map.of("family", "pointwise")));
    return FrozenStitch.load(lane, CUT, CUT, file);
  }

  private static ByteBuffer floats(float value) {
    return ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN).putFloat(value).flip();
  }
}
