package io.stitchflow.comparison;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import com.google.protobuf.ByteString;
import io.stitchflow.network.Architecture;
import io.stitchflow.network.CutPoint;
import io.stitchflow.network.Network;
import io.stitchflow.stitch.FrozenStitch;
import io.stitchflow.stitch.Stitch;
import io.stitchflow.tensors.Dtype;
import io.stitchflow.tensors.NamedTensor;
import io.stitchflow.tensors.Safetensors;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.Measurement;
import io.stitchflow.v1.Metric;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Numbers by hand: the vanilla stitch gives 2 everywhere, the copy 1; expected are 1 and 3. */
class CellMeterTest {
  private static final Architecture ARCHITECTURE = Architecture.parse("ResNet(1,1,1,1)", 1);
  private static final CutPoint CUT = ARCHITECTURE.cuts().get(0);
  private static final int PIXELS = 32 * 32;

  @TempDir Path directory;
  private final Lane lane = Lane.open();
  private final Network receiver = Network.random(lane, ARCHITECTURE, 1);
  private Measurement all = Measurement.getDefaultInstance();

  @BeforeEach
  void measure() throws IOException {
    all = measure(List.of(Metric.MSE, Metric.ACCURACY, Metric.AGREEMENT));
  }

  @AfterEach
  void close() {
    receiver.close();
    lane.close();
  }

  private Measurement measure(List<Metric> metrics) throws IOException {
    try (FrozenStitch vanilla = constant(2);
        FrozenStitch copy = constant(1)) {
      ReceiverTargets expected = new ReceiverTargets(lane, receiver, CUT, EnumSet.copyOf(metrics));
      ChannelSimilarity geometry =
          expected.asks(Metric.CKA)
              ? new ChannelSimilarity(lane, vanilla.stitch(), expected, false)
              : null;
      CellMeter meter = new CellMeter(expected, vanilla, copy, geometry, null);
      if (metrics.contains(Metric.INTERPOLATION)) {
        meter.interpolating();
      }
      // Two batches of one example; of two examples that look the same, the labels differ
      add(meter, expected, array(1), i -> predicted(2));
      add(meter, expected, array(3), i -> 9 - predicted(2));
      ByteString same = bytes(predicted(2), predicted(2));
      ByteString half = bytes(predicted(2), (predicted(2) + 1) % 10);
      return meter.measurement(new HalfPredictions(same, half));
    }
  }

  private void add(CellMeter meter, ReceiverTargets expected, NDArray y, IntUnaryOperator labels) {
    meter.add(array(9), expected.add(y, labels), labels);
  }

  @Test
  void measurement_mse_isTheMeanOverAllElements() {
    assertThat(all.getExamples()).isEqualTo(2);
    assertThat(all.getEv()).isEqualTo(1, within(1e-12));
    assertThat(all.getEs()).isEqualTo(2, within(1e-12));
    assertThat(all.getSv()).isEqualTo(1, within(1e-12));
    assertThat(all.getVariance()).isEqualTo(1, within(1e-12));
    assertThat(all.getR2Ceiling()).isEqualTo(1);
  }

  @Test
  void measurement_accuracy_countsBothExamples() {
    assertThat(all.getVanilla().getExamples()).isEqualTo(2);
    assertThat(all.getVanilla().getCorrect()).isEqualTo(predicted(2) == 9 - predicted(2) ? 2 : 1);
    assertThat(all.getCopy().getExamples()).isEqualTo(2);
    assertThat(all.getReceiver().getExamples()).isEqualTo(2);
    assertThat(all.getReceiver().getCorrect())
        .isEqualTo(
            (predicted(1) == predicted(2) ? 1 : 0) + (predicted(3) == 9 - predicted(2) ? 1 : 0));
  }

  @Test
  void measurement_agreement_isAShareOfExamples() {
    assertThat(all.getVanillaAgreesWithSender()).isEqualTo(1);
    assertThat(all.getVanillaAgreesWithReceiver()).isEqualTo(0.5);
    double same = predicted(1) == predicted(2) ? 1 : 0;
    assertThat(all.getVanillaAgreesWithCopy()).isEqualTo(same);
    assertThat(all.getCopyAgreesWithSender()).isEqualTo(same);
  }

  @Test
  void measurement_metricsNotAskedFor_areUnset() throws IOException {
    Measurement errors = measure(List.of(Metric.MSE));
    assertThat(errors.hasEv()).isTrue();
    assertThat(errors.hasVanilla()).isFalse();
    assertThat(errors.hasVanillaAgreesWithCopy()).isFalse();
    assertThat(measure(List.of(Metric.AGREEMENT)).hasEv()).isFalse();
  }

  @Test
  void measurement_constantMaps_leavesUnsetWhatIsUndefined() throws IOException {
    Measurement constant =
        measure(
            List.of(
                Metric.COSINE,
                Metric.CKA,
                Metric.PROCRUSTES,
                Metric.MAHALANOBIS,
                Metric.DISTANCE,
                Metric.DRIFT));
    // All positive and constant: parallel to what is expected
    assertThat(constant.getVanillaCosine()).isEqualTo(1, within(1e-6));
    // The expected 1 and 3 vary, what stitches and sender give does not
    assertThat(constant.hasVanillaCka()).isFalse();
    assertThat(constant.hasSenderProcrustes()).isFalse();
    // Mean 2, variance 1: the vanilla stitch is at the mean, the copy one deviation away
    assertThat(constant.getVanillaMahalanobis()).isZero();
    assertThat(constant.getCopyMahalanobis()).isEqualTo(1, within(1e-6));
    // |2 - 1| over |1|
    assertThat(constant.getStitchDistance()).isEqualTo(1, within(1e-6));
    assertThat(constant.getLaterCount()).isEqualTo(4);
    assertThat(constant.getLater(0).getCut()).isEqualTo("layer1.0");
  }

  @Test
  void measurement_interpolation_startsAtTheVanillaAndEndsAtTheCopy() throws IOException {
    Measurement both = measure(List.of(Metric.ACCURACY, Metric.INTERPOLATION));
    assertThat(both.getInterpolatedList())
        .extracting(each -> each.getT())
        .containsExactly(0., 0.25, 0.5, 0.75, 1.);
    assertThat(both.getInterpolated(0).getEvaluation()).isEqualTo(both.getVanilla());
    assertThat(both.getInterpolated(4).getEvaluation()).isEqualTo(both.getCopy());
    int halfway = predicted(1.5f);
    assertThat(both.getInterpolated(2).getEvaluation().getCorrect())
        .isEqualTo((halfway == predicted(2) ? 1 : 0) + (halfway == 9 - predicted(2) ? 1 : 0));
  }

  @Test
  void agreement_fewerExamplesThanTheSplit_comparesTheFirst() {
    assertThat(HalfPredictions.agreement(bytes(1, 2), bytes(1, 3, 2))).isEqualTo(0.5);
    assertThatThrownBy(() -> HalfPredictions.agreement(bytes(1, 2), bytes(1)))
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
        new TreeMap<>());
    return FrozenStitch.load(lane, Stitch.between(CUT, CUT), file);
  }

  private static ByteBuffer floats(float value) {
    return ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN).putFloat(value).flip();
  }

  private static ByteString bytes(int... classes) {
    ByteString.Output bytes = ByteString.newOutput();
    for (int each : classes) {
      bytes.write(each);
    }
    return bytes.toByteString();
  }
}
