package io.stitchflow.comparison;

import ai.djl.ndarray.NDArray;
import io.stitchflow.comparison.Quantity.Better;
import io.stitchflow.comparison.Quantity.Range;
import io.stitchflow.comparison.Quantity.Stitched;
import io.stitchflow.comparison.Quantity.Table;
import io.stitchflow.network.CutPoint;
import io.stitchflow.statistics.Sums;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * R² of the receiver's representations at later cuts under a stitch against its own; undefined
 * where its own does not vary. A stitch's output may be far from the expected one in directions
 * that the receiver ignores: then later cuts return to their own.
 */
final class Drift extends Metric {
  Drift() {
    super(
        "drift",
        "R² at later cuts",
        List.of(
            new Definition(
                "R² at last cut",
                "How near the receiver's last representation, before pooling, comes to its own when the stitch feeds it. Higher than the R² of the stitch: the receiver ignores or undoes the difference. All later cuts stand in cells.csv.")),
        List.of(
            MeanSquaredError.r2("vanilla_r2_at_last_cut", "R² at last cut, vanilla")
                .of(Stitched.VANILLA)
                .in(Table.GEOMETRY)
                .notInFiles(),
            MeanSquaredError.r2("copy_r2_at_last_cut", "R² at last cut, copy")
                .of(Stitched.COPY)
                .in(Table.GEOMETRY)
                .notInFiles(),
            later("vanilla_later_r2").of(Stitched.VANILLA),
            later("copy_later_r2").of(Stitched.COPY)));
  }

  private static Quantity later(String name) {
    return Quantity.series(name, name.replace('_', ' '), Range.AT_MOST_ONE, Better.HIGHER);
  }

  @Override
  public Meter open(CellMeter cell) {
    ReceiverTargets receiver = cell.receiver().watchingLaterCuts();
    int cuts = receiver.laterCuts().size();
    double[] vanilla = new double[cuts];
    double[] copy = new double[cuts];
    cell.watchLaterCuts(
        (cut, map, own) -> vanilla[cut] += Sums.squaredDistance(map, own),
        (cut, map, own) -> copy[cut] += Sums.squaredDistance(map, own));
    return values -> {
      put(values, "vanilla", receiver, vanilla);
      put(values, "copy", receiver, copy);
    };
  }

  /** Leaves out the cuts whose own representation does not vary. */
  private static void put(
      MeasuredValues.Builder values, String stitch, ReceiverTargets receiver, double[] errors) {
    Map<String, Double> later = new LinkedHashMap<>();
    List<CutPoint> cuts = receiver.laterCuts();
    for (int i = 0; i < cuts.size(); i++) {
      double squares = receiver.laterSquares(i);
      if (squares > 0) {
        double r2 = 1 - errors[i] / squares;
        later.put(cuts.get(i).layer(), r2);
        if (i == cuts.size() - 1) {
          values.put(stitch + "_r2_at_last_cut", r2);
        }
      }
    }
    values.put(stitch + "_later_r2", later);
  }

  /** Sees a batch of maps at a later cut of the receiver. */
  interface LaterCut {
    /**
     * Sees the map of a batch.
     *
     * @param cut counted from the first after the one that the stitch feeds
     * @param own the receiver's own map there
     */
    void see(int cut, NDArray map, NDArray own);
  }
}
