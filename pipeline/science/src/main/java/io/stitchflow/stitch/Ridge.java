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

  private final Centred fitted;
  private final SharedEigenvectors.Eigen eigen;
  // [inputs, channels], covariances of eigenvectors' coordinates with the receiver's channels
  private final DMatrixRMaj cross;

  private Ridge(Centred fitted, SharedEigenvectors shared) {
    this.fitted = fitted;
    this.eigen = shared.of(fitted.covariance);
    this.cross = CommonOps_DDRM.mult(eigen.vectors(), fitted.cross, null);
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
    Centred fitted = Centred.of(moments);
    for (int i = 0; i < fitted.inputs(); i++) {
      double square = moments.gram().get(i, i) / moments.positions();
      if (square - fitted.means[i] * fitted.means[i] <= ROUNDING * square) {
        fitted.leaveOut(i);
      }
    }
    return new Ridge(fitted, eigenvectors);
  }

  /** The weights and, in the last row, the bias for λ = {@code penalty} above 0, [k, channels]. */
  DMatrixRMaj penalized(double penalty) {
    return weights(inverses(penalty));
  }

  private double[] inverses(double penalty) {
    double added = penalty * largest();
    double[] inverses = new double[fitted.inputs()];
    for (int i = 0; i < inverses.length; i++) {
      // rounding may leave an eigenvalue a little below 0
      double value = Math.max(0, eigen.values().get(i)) + added;
      inverses[i] = value > 0 ? 1 / value : 0;
    }
    return inverses;
  }

  /**
   * Ordinary least squares, λ = 0; the shortest weights where several are best.
   *
   * <p>The covariance is singular wherever channels are dead or duplicated: eigenvectors are left
   * out whose eigenvalue is at most {@code tolerance} times the largest.
   */
  DMatrixRMaj unpenalized(double tolerance) {
    return weights(inversesAbove(tolerance));
  }

  private double[] inversesAbove(double tolerance) {
    double least = tolerance * largest();
    double[] inverses = new double[fitted.inputs()];
    for (int i = 0; i < inverses.length; i++) {
      inverses[i] =
          eigen.values().get(i) > 0 && eigen.values().get(i) > least
              ? 1 / eigen.values().get(i)
              : 0;
    }
    return inverses;
  }

  private double largest() {
    double largest = 0;
    for (double value : eigen.values().data) {
      largest = Math.max(largest, value);
    }
    return largest;
  }

  /**
   * Mean squared errors on other examples, over all elements, of the weights for each penalty; 0
   * are those of {@link #unpenalized}.
   *
   * <p>With D the diagonal matrix of inverse eigenvalues d, weights are V'DZ, Z = V Cov(x, y), and
   * their error d'(VSV' ∘ ZZ')d - 2 d'(Z ∘ VC)1 + s, where S, C and s are what the other examples
   * have about the means of those fitted. So a penalty costs inputs², and V, which stitches share,
   * is applied to S once.
   */
  double[] errors(Moments others, double[] penalties, double tolerance) {
    Centred other = Centred.of(others);
    other.moveTo(fitted);
    DMatrixRMaj squares = CommonOps_DDRM.mult(cross, CommonOps_DDRM.transpose(cross, null), null);
    CommonOps_DDRM.elementMult(squares, eigen.rotated(other.covariance), squares);
    DMatrixRMaj products = CommonOps_DDRM.mult(eigen.vectors(), other.cross, null);
    CommonOps_DDRM.elementMult(products, cross, products);
    DMatrixRMaj linear = CommonOps_DDRM.sumRows(products, null);
    double[] errors = new double[penalties.length];
    for (int i = 0; i < errors.length; i++) {
      double[] inverses = penalties[i] == 0 ? inversesAbove(tolerance) : inverses(penalties[i]);
      DMatrixRMaj d = DMatrixRMaj.wrap(inverses.length, 1, inverses);
      DMatrixRMaj quadratic = CommonOps_DDRM.mult(squares, d, null);
      double error =
          CommonOps_DDRM.dot(d, quadratic) - 2 * CommonOps_DDRM.dot(d, linear) + other.square;
      // rounding may leave an exact copy a little below 0
      errors[i] = Math.max(0, error) / cross.numCols;
    }
    return errors;
  }

  /** [k, channels] from the inverse of each eigenvalue. */
  private DMatrixRMaj weights(double[] inverses) {
    DMatrixRMaj scaled = cross.copy();
    CommonOps_DDRM.multRows(inverses, scaled);
    int inputs = fitted.inputs();
    DMatrixRMaj ofInputs = CommonOps_DDRM.multTransA(eigen.vectors(), scaled, null);
    DMatrixRMaj weights = new DMatrixRMaj(inputs + 1, cross.numCols);
    System.arraycopy(ofInputs.data, 0, weights.data, 0, ofInputs.getNumElements());
    for (int channel = 0; channel < cross.numCols; channel++) {
      double bias = fitted.expected[channel];
      for (int i = 0; i < inputs; i++) {
        bias -= fitted.means[i] * ofInputs.get(i, channel);
      }
      weights.set(inputs, channel, bias);
    }
    return weights;
  }

  /** Second moments of a set of examples about its means, or about those of another set. */
  private static final class Centred {
    // of the sender's inputs, and of the receiver's channels
    private final double[] means;
    private final double[] expected;
    // [inputs, inputs] and [inputs, channels]
    private final DMatrixRMaj covariance;
    private final DMatrixRMaj cross;
    // of the receiver, summed over its channels
    private double square;

    private Centred(double[] means, double[] expected) {
      this.means = means;
      this.expected = expected;
      this.covariance = new DMatrixRMaj(means.length, means.length);
      this.cross = new DMatrixRMaj(means.length, expected.length);
    }

    static Centred of(Moments moments) {
      int inputs = moments.gram().numRows - 1;
      double positions = moments.positions();
      double[] means = new double[inputs];
      for (int i = 0; i < inputs; i++) {
        means[i] = moments.gram().get(i, inputs) / positions;
      }
      double[] expected = new double[moments.cross().numCols];
      for (int j = 0; j < expected.length; j++) {
        expected[j] = moments.cross().get(inputs, j) / positions;
      }
      Centred centred = new Centred(means, expected);
      for (int i = 0; i < inputs; i++) {
        for (int j = 0; j < inputs; j++) {
          centred.covariance.set(i, j, moments.gram().get(i, j) / positions - means[i] * means[j]);
        }
        for (int j = 0; j < expected.length; j++) {
          centred.cross.set(i, j, moments.cross().get(i, j) / positions - means[i] * expected[j]);
        }
      }
      centred.square = moments.square() / positions;
      for (double mean : expected) {
        centred.square -= mean * mean;
      }
      return centred;
    }

    int inputs() {
      return means.length;
    }

    /** Sets the covariances of an input to 0. */
    void leaveOut(int input) {
      for (int i = 0; i < means.length; i++) {
        covariance.set(input, i, 0);
        covariance.set(i, input, 0);
      }
      for (int j = 0; j < expected.length; j++) {
        cross.set(input, j, 0);
      }
    }

    /** Makes the moments those about the means of {@code other}. */
    void moveTo(Centred other) {
      double[] moved = difference(means, other.means);
      double[] movedExpected = difference(expected, other.expected);
      for (int i = 0; i < moved.length; i++) {
        for (int j = 0; j < moved.length; j++) {
          covariance.add(i, j, moved[i] * moved[j]);
        }
        for (int j = 0; j < movedExpected.length; j++) {
          cross.add(i, j, moved[i] * movedExpected[j]);
        }
      }
      for (double each : movedExpected) {
        square += each * each;
      }
    }

    private static double[] difference(double[] a, double[] b) {
      double[] difference = new double[a.length];
      for (int i = 0; i < a.length; i++) {
        difference[i] = a[i] - b[i];
      }
      return difference;
    }
  }
}
