package io.stitchflow.comparison;

import io.stitchflow.comparison.Quantity.Better;
import io.stitchflow.comparison.Quantity.Range;
import io.stitchflow.comparison.Quantity.Stitched;
import io.stitchflow.comparison.Quantity.Table;
import io.stitchflow.statistics.Distances;
import io.stitchflow.statistics.Sums;
import java.util.List;

/**
 * ‖W − V‖ / ‖V‖ in the norm of the sender's Gram matrix G, ‖A‖² = tr(A'GA): W of the vanilla and V
 * of the copy stitch. Since tr(A'GA) is the sum of |A'x~|² over positions, it needs no G.
 */
final class StitchDistance extends Metric {
  StitchDistance() {
    super(
        "distance",
        "Distance of the two stitches",
        List.of(
            new Definition(
                "stitch distance",
                "Root of the mean square of vanilla minus copy output over that of copy output, ‖W − V‖ / ‖V‖ in the norm of the sender's Gram matrix.")),
        List.of(
            Quantity.number("stitch_distance", "stitch distance", Range.NOT_NEGATIVE, Better.LOWER)
                .of(Stitched.BOTH)
                .in(Table.GEOMETRY)));
  }

  @Override
  public Meter open(CellMeter cell) {
    Distances distances = cell.distances();
    return new Meter() {
      private double copySquare;

      @Override
      public void add(Batch batch) {
        copySquare += Sums.square(batch.copy());
      }

      @Override
      public void measure(MeasuredValues.Builder values) {
        values.putFinite("stitch_distance", distances.relativeTo(copySquare));
      }
    };
  }
}
