package io.stitchflow.stitch;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * The copy task of one pair of cuts in sums over positions, with which the best stitch and the
 * error of any stitch are known without another pass over the data.
 *
 * @param gram G = sum of x~x~', [k, k], x~ = [window; 1]; the last number counts the positions
 * @param cross C = sum of x~y', [k, channels]; the last row is the sum of y
 * @param square S = sum of |y|²
 */
record Moments(DMatrixRMaj gram, DMatrixRMaj cross, double square) {
  /** Positions of the receiver's map, over all examples. */
  double positions() {
    return gram.get(gram.numRows - 1, gram.numCols - 1);
  }

  Moments plus(Moments other) {
    return new Moments(
        CommonOps_DDRM.add(gram, other.gram, null),
        CommonOps_DDRM.add(cross, other.cross, null),
        square + other.square);
  }

  /**
   * Mean squared error of any stitch W, [k, channels], over all elements: [tr(W'GW) - 2 tr(W'C) +
   * S] / N.
   */
  double meanSquaredError(DMatrixRMaj w) {
    DMatrixRMaj gw = new DMatrixRMaj(w.numRows, w.numCols);
    CommonOps_DDRM.mult(gram, w, gw);
    // rounding may leave an exact copy a little below 0
    return Math.max(0, trace(w, gw) - 2 * trace(w, cross) + square) / elements();
  }

  /** Mean squared deviation of y from its channels' means, over all elements. */
  double variance() {
    double squares = square;
    for (int i = 0; i < cross.numCols; i++) {
      double sum = cross.get(cross.numRows - 1, i);
      squares -= sum * sum / positions();
    }
    return Math.max(0, squares) / elements();
  }

  /** Numbers of the receiver over all examples. */
  double elements() {
    return positions() * cross.numCols;
  }

  /** tr(a'b). */
  private static double trace(DMatrixRMaj a, DMatrixRMaj b) {
    double sum = 0;
    for (int i = 0; i < a.getNumElements(); i++) {
      sum += a.get(i) * b.get(i);
    }
    return sum;
  }
}
