package io.stitchflow.statistics;

import ai.djl.ndarray.NDArray;

/** Squared distances of both stitches' output from the expected one and from each other. */
public final class Distances {
  private double ev;
  private double es;
  private double sv;
  private double elements;

  /**
   * Adds a batch.
   *
   * @param v output of the vanilla stitch
   * @param c output of the copy stitch
   * @param y expected
   */
  public void add(NDArray v, NDArray c, NDArray y) {
    ev += Sums.squaredDistance(v, y);
    es += Sums.squaredDistance(c, y);
    sv += Sums.squaredDistance(v, c);
    elements += y.size();
  }

  /** MSE(vanilla, expected). */
  public double ev() {
    return ev / elements;
  }

  /** MSE(copy, expected). */
  public double es() {
    return es / elements;
  }

  /** MSE(vanilla, copy). */
  public double sv() {
    return sv / elements;
  }

  /** Root of the sum of |vanilla − copy|² over {@code squares}; NaN if that is 0. */
  public double relativeTo(double squares) {
    return squares > 0 ? Math.sqrt(sv / squares) : Double.NaN;
  }
}
