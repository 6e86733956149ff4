package io.stitchflow.comparison;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.stitchflow.network.CutPoint;
import io.stitchflow.network.Network;
import io.stitchflow.network.Tally;
import io.stitchflow.stitch.FittedStitch;
import io.stitchflow.torch.Values;
import io.stitchflow.v1.Evaluation;
import io.stitchflow.v1.Measurement;
import io.stitchflow.v1.Metric;
import java.util.List;
import java.util.function.IntUnaryOperator;

/** All numbers of one cell on one split, batch by batch; sums in float64. */
final class CellMeter {
  private final Network receiver;
  private final CutPoint cut;
  private final FittedStitch vanilla;
  private final FittedStitch copy;
  private final Spread spread;
  private final Tally vanillaTally = new Tally();
  private final Tally copyTally = new Tally();
  private double ev;
  private double es;
  private double sv;
  private double elements;

  CellMeter(Network receiver, CutPoint cut, FittedStitch vanilla, FittedStitch copy) {
    this.receiver = receiver;
    this.cut = cut;
    this.vanilla = vanilla;
    this.copy = copy;
    this.spread = new Spread(vanilla.stitch().upsampling());
  }

  /**
   * Adds the next examples.
   *
   * @param x the sender's representation
   * @param expected the receiver's own, float64
   * @param labels class by example, counted from this batch's first
   */
  void add(NDArray x, NDArray expected, IntUnaryOperator labels) {
    NDArray v = vanilla.apply(x);
    NDArray c = copy.apply(x);
    vanillaTally.add(receiver.suffix(v, cut), labels);
    copyTally.add(receiver.suffix(c, cut), labels);
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
      return Values.number(difference.square().sum());
    }
  }

  /**
   * What was asked for, of all examples so far.
   *
   * @param alone the receiver on its own representation
   */
  Measurement measurement(List<Metric> metrics, Evaluation alone, Expectations expectations) {
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
          .setReceiver(alone);
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
}
