package io.stitchflow.comparison;

import ai.djl.ndarray.NDArray;
import io.stitchflow.comparison.Quantity.Better;
import io.stitchflow.comparison.Quantity.Range;
import io.stitchflow.comparison.Quantity.Stitched;
import io.stitchflow.statistics.PredictionCounts;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.Evaluation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Accuracy of (1 − t) vanilla + t copy, on unseen examples: three more passes of the receiver. */
final class Interpolation extends Metric {
  /** Values of t between the vanilla stitch, 0, and the copy, 1. */
  private static final List<Double> BETWEEN = List.of(0.25, 0.5, 0.75);

  Interpolation() {
    super(
        "interpolation",
        "Interpolation between both stitches",
        List.of(
            new Definition(
                "interpolation",
                "Accuracy and cross-entropy on validation and test examples of (1 − t) vanilla + t copy output for t = 0, 0.25, 0.5, 0.75, 1: whether a barrier of loss lies between the two stitches. It stands in cells.csv.",
                "Frankle et al. 2020",
                "https://arxiv.org/abs/1912.05671")),
        List.of(
            Quantity.series(
                    "interpolated_accuracy", "interpolated accuracy", Range.UNIT, Better.HIGHER)
                .of(Stitched.BOTH),
            Quantity.series(
                    "interpolated_cross_entropy",
                    "interpolated cross-entropy",
                    Range.NOT_NEGATIVE,
                    Better.LOWER)
                .of(Stitched.BOTH)));
  }

  @Override
  public boolean isDefault() {
    return false;
  }

  @Override
  public Meter open(CellMeter cell) {
    if (!cell.isUnseen()) {
      return values -> {};
    }
    Map<Double, PredictionCounts> between = new TreeMap<>();
    BETWEEN.forEach(t -> between.put(t, new PredictionCounts()));
    Map<Double, PredictionCounts> all = new TreeMap<>(between);
    all.put(0., cell.vanillaPredictions());
    all.put(1., cell.copyPredictions());
    return new Meter() {
      @Override
      public void add(Batch batch) {
        between.forEach(
            (t, tally) ->
                Lane.scoped(
                    () -> {
                      float share = t.floatValue();
                      NDArray mixed =
                          batch.vanilla().mul((float) (1 - t)).add(batch.copy().mul(share));
                      tally.add(cell.receiver().suffix(mixed), batch.labels());
                    }));
      }

      @Override
      public void measure(MeasuredValues.Builder values) {
        Map<String, Double> accuracies = new LinkedHashMap<>();
        Map<String, Double> crossEntropies = new LinkedHashMap<>();
        all.forEach(
            (t, tally) -> {
              Evaluation evaluation = tally.evaluation();
              accuracies.put(Double.toString(t), Accuracy.share(evaluation));
              crossEntropies.put(Double.toString(t), evaluation.getCrossEntropy());
            });
        values.put("interpolated_accuracy", accuracies);
        values.put("interpolated_cross_entropy", crossEntropies);
      }
    };
  }
}
