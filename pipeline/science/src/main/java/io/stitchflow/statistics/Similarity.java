package io.stitchflow.statistics;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.NormOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.SingularValueDecomposition_F64;

/**
 * How alike two sets of channel vectors are, from means and covariances: exact over all positions.
 *
 * <p>Rows are positions, not flattened examples: a stitch acts on channel vectors, at each position
 * alike, so these are the geometries that it carries over; see "convolutional layers" in <a
 * href="https://arxiv.org/abs/2110.14739">Williams et al. 2021</a>. All is NaN where one side does
 * not vary.
 */
public final class Similarity {
  /** Share of the mean variance that is added to each channel's before inverting. */
  public static final double RIDGE = 1e-3;

  private Similarity() {}

  /**
   * Linear CKA, ‖C_ab‖² / (‖C_aa‖ ‖C_bb‖) in Frobenius norms, in [0, 1]: <a
   * href="https://arxiv.org/abs/1905.00414">Kornblith et al. 2019</a>.
   *
   * @param cross covariance of a with b
   */
  public static double cka(DMatrixRMaj cross, ChannelMoments a, ChannelMoments b) {
    if (a.variance() == 0 || b.variance() == 0) {
      return Double.NaN;
    }
    double together = NormOps_DDRM.normF(cross);
    double alone = NormOps_DDRM.normF(a.covariance()) * NormOps_DDRM.normF(b.covariance());
    return Math.min(1, together * together / alone);
  }

  /**
   * min over rotations Q of ‖A − BQ‖², A and B centred and of Frobenius norm 1: 2 − 2 ‖A'B‖*, in
   * [0, 2], ‖·‖* the sum of singular values. Of unlike numbers of channels, the smaller is padded
   * with zeros. <a href="https://arxiv.org/abs/2108.01661">Ding et al. 2021</a>.
   *
   * @param cross covariance of a with b
   */
  public static double procrustes(DMatrixRMaj cross, ChannelMoments a, ChannelMoments b) {
    double sizes = Math.sqrt(a.variance() * b.variance());
    if (sizes == 0) {
      return Double.NaN;
    }
    SingularValueDecomposition_F64<DMatrixRMaj> svd =
        DecompositionFactory_DDRM.svd(cross.numRows, cross.numCols, false, false, true);
    if (!svd.decompose(cross.copy())) {
      throw new IllegalStateException(
          "no singular values were found of a covariance of "
              + cross.numRows
              + " and "
              + cross.numCols
              + " channels");
    }
    double nuclear = 0;
    double[] values = svd.getSingularValues();
    for (int i = 0; i < svd.numberOfSingularValues(); i++) {
      nuclear += values[i];
    }
    return Math.max(0, 2 - 2 * nuclear / sizes);
  }

  /**
   * How unusual stitched vectors are among the expected ones: the mean of (v − m)'P(v − m), m the
   * expected mean and P the inverse of the expected covariance with a thousandth of its mean
   * variance added to each channel; over the same of the expected vectors themselves, which is 1
   * per dimension that varies.
   *
   * @param stitched of as many channels as {@code expected}
   */
  public static double mahalanobis(ChannelMoments stitched, ChannelMoments expected) {
    double variance = expected.variance();
    if (variance == 0) {
      return Double.NaN;
    }
    DMatrixRMaj own = expected.covariance();
    DMatrixRMaj inverse = Gaussian.inverse(own, RIDGE * variance / expected.channels());
    DMatrixRMaj about = stitched.covariance();
    double[] difference = difference(stitched, expected);
    for (int i = 0; i < difference.length; i++) {
      for (int j = 0; j < difference.length; j++) {
        about.add(i, j, difference[i] * difference[j]);
      }
    }
    return traceOfProduct(inverse, about) / traceOfProduct(inverse, own);
  }

  /** Mean of a minus mean of b. */
  private static double[] difference(ChannelMoments a, ChannelMoments b) {
    double[] difference = a.offset();
    double[] other = b.offset();
    for (int i = 0; i < difference.length; i++) {
      difference[i] += a.shift()[i] - b.shift()[i] - other[i];
    }
    return difference;
  }

  /** tr(ab) of symmetric matrices. */
  public static double traceOfProduct(DMatrixRMaj a, DMatrixRMaj b) {
    return CommonOps_DDRM.elementSum(
        CommonOps_DDRM.elementMult(a, b, new DMatrixRMaj(a.numRows, a.numCols)));
  }
}
