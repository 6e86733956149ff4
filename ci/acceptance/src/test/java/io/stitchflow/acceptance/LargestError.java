package io.stitchflow.acceptance;

import ai.djl.ndarray.NDArray;
import io.stitchflow.comparison.CellMeter;
import io.stitchflow.comparison.MeasuredValues;
import io.stitchflow.comparison.Meter;
import io.stitchflow.comparison.Metric;
import io.stitchflow.comparison.Quantity;
import java.util.List;

/** A metric of another jar: the largest error of an element of the vanilla stitch's output. */
public final class LargestError extends Metric {
  static final String NAME = "largest_error";
  static final String QUANTITY = "vanilla_largest_error";

  /** As the service loader needs it. */
  public LargestError() {
    super(
        NAME,
        "Largest error",
        List.of(
            new Definition(
                "largest error",
                "The largest absolute difference between an element of the vanilla output and of the expected representation.",
                "Chebyshev 1854",
                "https://en.wikipedia.org/wiki/Chebyshev_distance")),
        List.of(
            Quantity.number(
                    QUANTITY, "largest error", Quantity.Range.NOT_NEGATIVE, Quantity.Better.LOWER)
                .of(Quantity.Stitched.VANILLA)
                .in(Quantity.Table.MAIN)
                .drawn("Largest error of the vanilla stitch")));
  }

  @Override
  public boolean isDefault() {
    return false;
  }

  @Override
  public Meter open(CellMeter cell) {
    return new Meter() {
      private float largest;

      @Override
      public void add(Batch batch) {
        try (NDArray difference = batch.vanilla().sub(batch.expected());
            NDArray size = difference.abs();
            NDArray max = size.max()) {
          largest = Math.max(largest, max.getFloat());
        }
      }

      @Override
      public void measure(MeasuredValues.Builder values) {
        values.put(QUANTITY, largest);
      }
    };
  }
}
