package io.stitchflow.comparison;

import io.stitchflow.comparison.Quantity.Better;
import io.stitchflow.comparison.Quantity.Range;
import io.stitchflow.comparison.Quantity.Stitched;
import io.stitchflow.statistics.HalfPredictions;
import io.stitchflow.statistics.PredictionCounts;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Agreement of the stitched networks' predictions with those of both halves and each other. */
final class Agreement extends Metric {
  Agreement() {
    super(
        "agreement",
        "Agreement of predictions",
        List.of(
            new Definition(
                "agreement of predictions",
                "Share of examples on which a stitched network predicts the class that the sender, the receiver or the other stitched network predicts. It stands in cells.csv.",
                "Fort et al. 2019",
                "https://arxiv.org/abs/1912.02757")),
        List.of(
            share("vanilla_agrees_with_sender", Stitched.VANILLA),
            share("vanilla_agrees_with_receiver", Stitched.VANILLA),
            share("copy_agrees_with_sender", Stitched.COPY),
            share("copy_agrees_with_receiver", Stitched.COPY),
            share("vanilla_agrees_with_copy", Stitched.BOTH)));
  }

  private static Quantity share(String name, Stitched stitched) {
    return Quantity.number(name, name.replace('_', ' '), Range.UNIT, Better.NEITHER).of(stitched);
  }

  @Override
  public Meter open(CellMeter cell) {
    PredictionCounts vanillaCounts = cell.vanillaPredictions();
    PredictionCounts copyCounts = cell.copyPredictions();
    HalfPredictions halves = cell.halves();
    return values -> {
      List<Integer> vanilla = vanillaCounts.predictions();
      List<Integer> copy = copyCounts.predictions();
      put(values, "vanilla_agrees_with_sender", vanilla, halves.sender());
      put(values, "vanilla_agrees_with_receiver", vanilla, halves.receiver());
      put(values, "copy_agrees_with_sender", copy, halves.sender());
      put(values, "copy_agrees_with_receiver", copy, halves.receiver());
      put(values, "vanilla_agrees_with_copy", vanilla, copy);
    };
  }

  private static void put(
      MeasuredValues.Builder values,
      String name,
      List<Integer> predicted,
      @Nullable List<Integer> other) {
    if (other != null) {
      values.put(name, HalfPredictions.agreement(predicted, other));
    }
  }
}
