package io.stitchflow.comparison;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.artifacts.tensor.TensorFile;
import io.stitchflow.network.CutPoint;
import io.stitchflow.network.Network;
import io.stitchflow.network.Tally;
import io.stitchflow.stitch.FittedStitch;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.Measurement;
import io.stitchflow.v1.Metric;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.LongStream;

/** All numbers of one cell on one split, in one pass over both representations; sums in float64. */
final class CellMeter {
  private static final int BATCH = 64;

  private final Lane lane;
  private final Network receiver;
  private final CutPoint cut;
  private final FittedStitch vanilla;
  private final FittedStitch copy;
  private final Spread spread;
  private final Tally vanillaTally = new Tally();
  private final Tally copyTally = new Tally();
  private final Tally receiverTally = new Tally();
  private double ev;
  private double es;
  private double sv;
  private double elements;

  CellMeter(Lane lane, Network receiver, CutPoint cut, FittedStitch vanilla, FittedStitch copy) {
    this.lane = lane;
    this.receiver = receiver;
    this.cut = cut;
    this.vanilla = vanilla;
    this.copy = copy;
    this.spread = new Spread(vanilla.stitch().upsampling());
  }

  /**
   * Measures all examples.
   *
   * @throws IllegalArgumentException if the files differ in rows
   */
  void read(TensorFile sent, TensorFile expected) {
    if (sent.rows() != expected.rows() || sent.rows() == 0) {
      throw new IllegalArgumentException(
          String.format(
              "sender and receiver must have the same examples, at least one, but have %d and %d",
              sent.rows(), expected.rows()));
    }
    ByteBuffer senderRows = Lane.allocate(BATCH * Float.BYTES * sent.elementsPerRow());
    ByteBuffer receiverRows = Lane.allocate(BATCH * Float.BYTES * expected.elementsPerRow());
    for (int from = 0; from < sent.rows(); from += BATCH) {
      int start = from;
      int count = Math.min(BATCH, sent.rows() - from);
      sent.readFloats(from, count, senderRows);
      expected.readFloats(from, count, receiverRows);
      Lane.scoped(
          () ->
              add(
                  lane.create(senderRows, shape(count, sent)),
                  lane.create(receiverRows, shape(count, expected)),
                  expected,
                  start));
    }
  }

  private void add(NDArray x, NDArray y, TensorFile labels, int start) {
    NDArray v = vanilla.apply(x);
    NDArray c = copy.apply(x);
    vanillaTally.add(receiver.suffix(v, cut), i -> labels.label(start + i));
    copyTally.add(receiver.suffix(c, cut), i -> labels.label(start + i));
    receiverTally.add(receiver.suffix(y, cut), i -> labels.label(start + i));
    NDArray expected = y.toType(DataType.FLOAT64, false);
    NDArray carried = v.toType(DataType.FLOAT64, false);
    NDArray copied = c.toType(DataType.FLOAT64, false);
    ev += squaredDistance(carried, expected);
    es += squaredDistance(copied, expected);
    sv += squaredDistance(carried, copied);
    elements += expected.size();
    spread.add(expected);
  }

  private static double squaredDistance(NDArray a, NDArray b) {
    try (NDArray difference = a.sub(b)) {
      return difference.square().sum().getDouble();
    }
  }

  Measurement measurement(List<Metric> metrics, Expectations expectations) {
    Measurement.Builder result =
        Measurement.newBuilder().setExamples(vanillaTally.evaluation().getExamples());
    if (metrics.contains(Metric.MSE)) {
      result.setEv(ev / elements).setEs(es / elements).setSv(sv / elements);
      result.setVariance(spread.variance());
      result.setR2Ceiling(spread.ceiling());
    }
    if (metrics.contains(Metric.ACCURACY)) {
      result
          .setVanilla(vanillaTally.evaluation())
          .setCopy(copyTally.evaluation())
          .setReceiver(receiverTally.evaluation());
    }
    if (metrics.contains(Metric.AGREEMENT)) {
      result
          .setVanillaAgreesWithSender(
              Expectations.agreement(vanillaTally.predictions(), expectations.sender()))
          .setVanillaAgreesWithReceiver(
              Expectations.agreement(vanillaTally.predictions(), expectations.receiver()))
          .setCopyAgreesWithSender(
              Expectations.agreement(copyTally.predictions(), expectations.sender()))
          .setCopyAgreesWithReceiver(
              Expectations.agreement(copyTally.predictions(), expectations.receiver()))
          .setVanillaAgreesWithCopy(
              Expectations.agreement(vanillaTally.predictions(), copyTally.predictions()));
    }
    return result.build();
  }

  private static Shape shape(int count, TensorFile file) {
    return new Shape(
        LongStream.concat(LongStream.of(count), file.shape().stream().mapToLong(Integer::longValue))
            .toArray());
  }
}
