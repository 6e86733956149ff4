package io.stitchflow.comparison;

import ai.djl.ndarray.NDArray;
import java.util.List;

/** How far what two stitches give is from what the receiver expects, and from each other. */
final class Distances {
  private double ev;
  private double es;
  private double sv;
  private double copySquare;
  private double elements;
  private final Cosine vanilla = new Cosine();
  private final Cosine copy = new Cosine();

  /**
   * Adds a batch.
   *
   * @param v what the vanilla stitch gives
   * @param c what the copy stitch gives
   * @param y what the receiver expects
   */
  void add(NDArray v, NDArray c, NDArray y) {
    ev += Sums.squaredDistance(v, y);
    es += Sums.squaredDistance(c, y);
    sv += Sums.squaredDistance(v, c);
    elements += y.size();
  }

  /** Adds a batch to the size of what the copy gives. */
  void addSize(NDArray c) {
    copySquare += Sums.square(c);
  }

  /** Adds a batch to the cosines; {@code expectedSquares} is |y|² of each example. */
  void addCosines(NDArray v, NDArray c, NDArray y, List<Double> expectedSquares) {
    vanilla.add(Sums.products(v, y), Sums.products(v, v), expectedSquares);
    copy.add(Sums.products(c, y), Sums.products(c, c), expectedSquares);
  }

  /** MSE(vanilla, expected). */
  double ev() {
    return ev / elements;
  }

  /** MSE(copy, expected). */
  double es() {
    return es / elements;
  }

  /** MSE(vanilla, copy). */
  double sv() {
    return sv / elements;
  }

  /** Mean over examples; NaN where each has a vector of zeros. */
  double vanillaCosine() {
    return vanilla.mean();
  }

  /** Mean over examples; NaN where each has a vector of zeros. */
  double copyCosine() {
    return copy.mean();
  }

  /**
   * ‖W − V‖ / ‖V‖ in the norm of the sender's Gram matrix G, ‖A‖² = tr(A'GA): W of the vanilla and
   * V of the copy stitch. Since tr(A'GA) is the sum of |A'x~|² over positions, it needs no G. NaN
   * where the copy gives 0 everywhere.
   */
  double stitchDistance() {
    return copySquare > 0 ? Math.sqrt(sv / copySquare) : Double.NaN;
  }

  private static final class Cosine {
    private double sum;
    private int examples;

    void add(double[] products, double[] squares, List<Double> expectedSquares) {
      for (int i = 0; i < products.length; i++) {
        double size = Math.sqrt(squares[i]) * Math.sqrt(expectedSquares.get(i));
        if (size > 0) {
          sum += products[i] / size;
          examples++;
        }
      }
    }

    double mean() {
      // products in float32 may leave parallel vectors a little above 1
      return examples == 0 ? Double.NaN : Math.max(-1, Math.min(1, sum / examples));
    }
  }
}
