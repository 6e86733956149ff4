package io.stitchflow.comparison;

import ai.djl.ndarray.NDArray;
import io.stitchflow.comparison.Quantity.Better;
import io.stitchflow.comparison.Quantity.Range;
import io.stitchflow.comparison.Quantity.Stitched;
import io.stitchflow.comparison.Quantity.Table;
import io.stitchflow.statistics.Sums;
import java.util.List;

/**
 * Cosine between an example's map and the expected one, all elements of a map as one vector; mean
 * over the examples in which neither is 0.
 */
final class Cosine extends Metric {
  Cosine() {
    super(
        "cosine",
        "Cosine similarity",
        List.of(
            new Definition(
                "cosine",
                "Between an example's map and the expected one, as vectors; mean over examples. Representations after ReLU are never negative, so that even unrelated ones have a cosine well above 0.")),
        List.of(
            cosine("vanilla_cosine", "cosine vanilla").of(Stitched.VANILLA),
            cosine("copy_cosine", "cosine copy").of(Stitched.COPY)));
  }

  private static Quantity cosine(String name, String title) {
    return Quantity.number(name, title, Range.SIGNED_UNIT, Better.HIGHER).in(Table.GEOMETRY);
  }

  @Override
  public Meter open(CellMeter cell) {
    MeanCosine vanilla = new MeanCosine();
    MeanCosine copy = new MeanCosine();
    return new Meter() {
      @Override
      public void add(Batch batch) {
        double[] squares = batch.receiver().squares();
        vanilla.add(batch.vanilla(), batch.expected(), squares);
        copy.add(batch.copy(), batch.expected(), squares);
      }

      @Override
      public void measure(MeasuredValues.Builder values) {
        values.putFinite("vanilla_cosine", vanilla.mean());
        values.putFinite("copy_cosine", copy.mean());
      }
    };
  }

  /** Mean over examples of the cosine with the expected map. */
  static final class MeanCosine {
    private double sum;
    private int examples;

    /**
     * Adds a batch.
     *
     * @param expectedSquares |y|² of each example
     */
    void add(NDArray z, NDArray y, double[] expectedSquares) {
      double[] products = Sums.products(z, y);
      double[] squares = Sums.products(z, z);
      for (int i = 0; i < products.length; i++) {
        double size = Math.sqrt(squares[i]) * Math.sqrt(expectedSquares[i]);
        if (size > 0) {
          sum += products[i] / size;
          examples++;
        }
      }
    }

    /** NaN if each example has a vector of zeros. */
    double mean() {
      // products in float32 may leave parallel vectors a little above 1
      return examples == 0 ? Double.NaN : Math.max(-1, Math.min(1, sum / examples));
    }
  }
}
