package io.stitchflow.comparison;

import ai.djl.ndarray.NDArray;
import io.stitchflow.network.PredictionCounts;
import io.stitchflow.stitch.FrozenStitch;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.Interpolated;
import io.stitchflow.v1.Measurement;
import io.stitchflow.v1.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/** All numbers of one cell on one split, batch by batch; what was not asked for is not computed. */
final class CellMeter {
  /** Between the vanilla stitch, 0, and the copy, 1. */
  private static final List<Double> BETWEEN = List.of(0.25, 0.5, 0.75);

  private final ReceiverTargets expected;
  private final FrozenStitch vanilla;
  private final FrozenStitch copy;
  private final RepresentationVariance spread;
  private final Distances distances = new Distances();
  private final @Nullable ChannelSimilarity geometry;
  private final @Nullable Drift drift;
  private final @Nullable Controls controls;
  private final PredictionCounts vanillaTally = new PredictionCounts();
  private final PredictionCounts copyTally = new PredictionCounts();
  private final List<PredictionCounts> between = new ArrayList<>();
  private int examples;

  /**
   * @param geometry null where nobody asked for what it measures
   * @param controls null where nobody asked, and on train examples
   */
  CellMeter(
      ReceiverTargets expected,
      FrozenStitch vanilla,
      FrozenStitch copy,
      @Nullable ChannelSimilarity geometry,
      @Nullable Controls controls) {
    this.expected = expected;
    this.vanilla = vanilla;
    this.copy = copy;
    this.spread = expected.spread(vanilla.stitch().upsampling());
    this.geometry = geometry;
    this.drift = expected.asks(Metric.DRIFT) ? new Drift(expected.laterCuts().size()) : null;
    this.controls = controls;
  }

  /** Has the stitches between the two evaluated too. */
  CellMeter interpolating() {
    BETWEEN.forEach(t -> between.add(new PredictionCounts()));
    return this;
  }

  /**
   * Adds the next examples.
   *
   * @param x the sender's representation
   * @param y the receiver's own
   * @param labels class by example, counted from this batch's first
   */
  void add(NDArray x, ReceiverTargets.Batch y, IntUnaryOperator labels) {
    NDArray v = vanilla.apply(x);
    NDArray c = copy.apply(x);
    examples += Math.toIntExact(y.map().getShape().get(0));
    if (expected.asks(Metric.MSE, Metric.DISTANCE)) {
      distances.add(v, c, y.map());
    }
    if (expected.asks(Metric.DISTANCE)) {
      distances.addSize(c);
    }
    if (expected.asks(Metric.COSINE)) {
      distances.addCosines(v, c, y.map(), y.squares());
    }
    if (geometry != null) {
      geometry.add(x, v, c, y);
    }
    pass(v, c, y, labels);
    if (controls != null) {
      controls.add(x, y.map(), labels);
    }
  }

  private void pass(NDArray v, NDArray c, ReceiverTargets.Batch y, IntUnaryOperator labels) {
    if (drift != null) {
      Drift met = drift;
      List<NDArray> own = y.later();
      int[] i = {0, 0};
      vanillaTally.add(suffix(v, map -> met.addVanilla(i[0], map, own.get(i[0]++))), labels);
      copyTally.add(suffix(c, map -> met.addCopy(i[1], map, own.get(i[1]++))), labels);
    } else if (expected.asks(Metric.ACCURACY, Metric.AGREEMENT, Metric.INTERPOLATION)) {
      vanillaTally.add(expected.receiver().suffix(v, expected.cut()), labels);
      copyTally.add(expected.receiver().suffix(c, expected.cut()), labels);
    }
    for (int i = 0; i < between.size(); i++) {
      double t = BETWEEN.get(i);
      PredictionCounts tally = between.get(i);
      Lane.scoped(
          () -> {
            NDArray mixed = v.mul((float) (1 - t)).add(c.mul((float) t));
            tally.add(expected.receiver().suffix(mixed, expected.cut()), labels);
          });
    }
  }

  private NDArray suffix(NDArray representation, Consumer<NDArray> later) {
    return expected
        .receiver()
        .suffix(representation, expected.cut(), (cut, map) -> later.accept(map));
  }

  /** What was asked for, of all examples so far. */
  Measurement measurement(HalfPredictions expectations) {
    Measurement.Builder result = Measurement.newBuilder().setExamples(examples);
    if (expected.asks(Metric.MSE)) {
      result.setEv(distances.ev()).setEs(distances.es()).setSv(distances.sv());
      result.setVariance(spread.variance());
      result.setR2Ceiling(spread.ceiling());
    }
    if (expected.asks(Metric.ACCURACY)) {
      result
          .setVanilla(vanillaTally.evaluation())
          .setCopy(copyTally.evaluation())
          .setReceiver(expected.alone());
    }
    if (expected.asks(Metric.AGREEMENT)) {
      agreement(result, expectations);
    }
    if (expected.asks(Metric.COSINE)) {
      ChannelSimilarity.set(distances.vanillaCosine(), result::setVanillaCosine);
      ChannelSimilarity.set(distances.copyCosine(), result::setCopyCosine);
    }
    if (expected.asks(Metric.DISTANCE)) {
      ChannelSimilarity.set(distances.stitchDistance(), result::setStitchDistance);
    }
    if (geometry != null) {
      geometry.measure(result);
    }
    if (drift != null) {
      result.addAllLater(drift.measured(expected));
    }
    if (!between.isEmpty()) {
      interpolation(result);
    }
    if (controls != null) {
      controls.measure(result);
    }
    return result.build();
  }

  private void agreement(Measurement.Builder result, HalfPredictions expectations) {
    result
        .setVanillaAgreesWithSender(
            HalfPredictions.agreement(vanillaTally.predictions(), expectations.sender()))
        .setVanillaAgreesWithReceiver(
            HalfPredictions.agreement(vanillaTally.predictions(), expectations.receiver()))
        .setCopyAgreesWithSender(
            HalfPredictions.agreement(copyTally.predictions(), expectations.sender()))
        .setCopyAgreesWithReceiver(
            HalfPredictions.agreement(copyTally.predictions(), expectations.receiver()))
        .setVanillaAgreesWithCopy(
            HalfPredictions.agreement(vanillaTally.predictions(), copyTally.predictions()));
  }

  private void interpolation(Measurement.Builder result) {
    result.addInterpolated(interpolated(0, vanillaTally));
    for (int i = 0; i < between.size(); i++) {
      result.addInterpolated(interpolated(BETWEEN.get(i), between.get(i)));
    }
    result.addInterpolated(interpolated(1, copyTally));
  }

  private static Interpolated interpolated(double t, PredictionCounts tally) {
    return Interpolated.newBuilder().setT(t).setEvaluation(tally.evaluation()).build();
  }
}
