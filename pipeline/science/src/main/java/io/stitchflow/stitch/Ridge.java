package io.stitchflow.stitch;

import java.util.Locale;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.MatrixFeatures_DDRM;

/**
 * Ridge regression of one set of moments for any penalty, from one eigendecomposition.
 *
 * <p>Minimises |x~'W - y|² / positions + λ l |W|², where l is the largest eigenvalue of the
 * sender's covariance and the bias is not penalised. λ is relative, so that a sender multiplied by
 * any number gives the same predictions. Inputs are not scaled to one variance: a channel that is
 * nearly dead would get the weight of its rare values, and multiply what it holds on other
 * examples.
 */
final class Ridge {
  /** Variance below this share of the mean square is rounding. */
  private static final double ROUNDING = 1e-12;

  private final Moments moments;
  private final double[] means;
  private final SharedEigenvectors.Eigen eigen;
  // [inputs, channels], covariances of eigenvectors' coordinates with the receiver's channels
  private final DMatrixRMaj cross;

  private Ridge(
      Moments moments, double[] means, SharedEigenvectors.Eigen eigen, DMatrixRMaj cross) {
    this.moments = moments;
    this.means = means;
    this.eigen = eigen;
    this.cross = cross;
  }

  /**
   * Decomposes the sender's covariance.
   *
   * @param eigenvectors those of the solutions before, which may be of the same sender
   * @throws IllegalArgumentException if sums are not finite
   */
  static Ridge of(Moments moments, SharedEigenvectors eigenvectors) {
    if (MatrixFeatures_DDRM.hasUncountable(moments.gram())
        || MatrixFeatures_DDRM.hasUncountable(moments.cross())) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the moments of a copy stitch of %d inputs and %d channels are not finite; choose SGD for copy.solver, or check the weights of the networks",
              moments.gram().numRows - 1,
              moments.cross().numCols));
    }
    int inputs = moments.gram().numRows - 1;
    double positions = moments.positions();
    double[] means = new double[inputs];
    boolean[] constant = new boolean[inputs];
    for (int i = 0; i < inputs; i++) {
      means[i] = moments.gram().get(i, inputs) / positions;
      double square = moments.gram().get(i, i) / positions;
      constant[i] = square - means[i] * means[i] <= ROUNDING * square;
    }
    DMatrixRMaj covariance = new DMatrixRMaj(inputs, inputs);
    DMatrixRMaj cross = new DMatrixRMaj(inputs, moments.cross().numCols);
    for (int i = 0; i < inputs; i++) {
      if (constant[i]) {
        continue;
      }
      for (int j = 0; j < inputs; j++) {
        if (!constant[j]) {
          covariance.set(i, j, moments.gram().get(i, j) / positions - means[i] * means[j]);
        }
      }
      for (int j = 0; j < cross.numCols; j++) {
        double mean = moments.cross().get(inputs, j) / positions;
        cross.set(i, j, moments.cross().get(i, j) / positions - means[i] * mean);
      }
    }
    SharedEigenvectors.Eigen eigen = eigenvectors.of(covariance);
    return new Ridge(moments, means, eigen, CommonOps_DDRM.mult(eigen.vectors(), cross, null));
  }

  /** The weights and, in the last row, the bias for λ = {@code penalty} above 0, [k, channels]. */
  DMatrixRMaj penalized(double penalty) {
    double added = penalty * largest();
    double[] inverses = new double[means.length];
    for (int i = 0; i < inverses.length; i++) {
      // rounding may leave an eigenvalue a little below 0
      double value = Math.max(0, eigen.values().get(i)) + added;
      inverses[i] = value > 0 ? 1 / value : 0;
    }
    return weights(inverses);
  }

  /**
   * Ordinary least squares, λ = 0; the shortest weights where several are best.
   *
   * <p>The covariance is singular wherever channels are dead or duplicated: eigenvectors are left
   * out whose eigenvalue is at most {@code tolerance} times the largest.
   */
  DMatrixRMaj unpenalized(double tolerance) {
    double least = tolerance * largest();
    double[] inverses = new double[means.length];
    for (int i = 0; i < inverses.length; i++) {
      inverses[i] =
          eigen.values().get(i) > 0 && eigen.values().get(i) > least
              ? 1 / eigen.values().get(i)
              : 0;
    }
    return weights(inverses);
  }

  private double largest() {
    double largest = 0;
    for (double value : eigen.values().data) {
      largest = Math.max(largest, value);
    }
    return largest;
  }

  /** [k, channels] from the inverse of each eigenvalue. */
  private DMatrixRMaj weights(double[] inverses) {
    DMatrixRMaj scaled = cross.copy();
    CommonOps_DDRM.multRows(inverses, scaled);
    int inputs = means.length;
    DMatrixRMaj ofInputs = CommonOps_DDRM.multTransA(eigen.vectors(), scaled, null);
    DMatrixRMaj weights = new DMatrixRMaj(inputs + 1, cross.numCols);
    System.arraycopy(ofInputs.data, 0, weights.data, 0, ofInputs.getNumElements());
    for (int channel = 0; channel < cross.numCols; channel++) {
      double bias = moments.cross().get(inputs, channel) / moments.positions();
      for (int i = 0; i < inputs; i++) {
        bias -= means[i] * ofInputs.get(i, channel);
      }
      weights.set(inputs, channel, bias);
    }
    return weights;
  }
}
