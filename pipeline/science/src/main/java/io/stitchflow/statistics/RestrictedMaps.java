package io.stitchflow.statistics;

import java.util.Arrays;
import java.util.Comparator;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;
import org.ejml.interfaces.decomposition.SingularValueDecomposition_F64;

/**
 * Linear maps of a kind with the largest R² on the positions that they are fitted to, [channels of
 * X, channels of Y]. The bias of each is the best one: see {@link JointMoments#r2}.
 */
public final class RestrictedMaps {
  private RestrictedMaps() {}

  /** X itself, where it has as many channels as Y. */
  public static DMatrixRMaj identity(JointMoments fitted) {
    return CommonOps_DDRM.identity(fitted.channelsX());
  }

  /**
   * Each channel of Y takes one channel of X, each used once: the assignment of largest total
   * covariance, since the variances that the maps carry over have one sum for all assignments.
   */
  public static DMatrixRMaj permutation(JointMoments fitted) {
    int[] sources = Assignment.best(fitted.cross());
    DMatrixRMaj map = new DMatrixRMaj(sources.length, sources.length);
    for (int j = 0; j < sources.length; j++) {
      map.set(sources[j], j, 1);
    }
    return map;
  }

  /**
   * A rotation or reflection times one scale, sUV' with Cov(X, Y) = USV' and s = tr S / tr Cov(X):
   * Schönemann 1966. X has at most as many channels as Y; fewer keep their lengths.
   */
  public static DMatrixRMaj orthogonal(JointMoments fitted) {
    SingularValueDecomposition_F64<DMatrixRMaj> svd =
        DecompositionFactory_DDRM.svd(fitted.channelsX(), fitted.channelsY(), true, true, true);
    if (!svd.decompose(fitted.cross().copy())) {
      throw new IllegalStateException("no singular values were found of a cross covariance");
    }
    DMatrixRMaj map = CommonOps_DDRM.mult(svd.getU(null, false), svd.getV(null, true), null);
    double nuclear = Arrays.stream(svd.getSingularValues(), 0, svd.numberOfSingularValues()).sum();
    double size = CommonOps_DDRM.trace(fitted.ofX());
    CommonOps_DDRM.scale(size > 0 ? nuclear / size : 0, map);
    return map;
  }

  /**
   * Orthonormal directions of which the first r span the best projection of X onto r dimensions,
   * for every r: [channels, channels], a direction a column.
   *
   * <p>If X is a regression of Y, these projections are the reduced-rank regressions of <a
   * href="https://doi.org/10.1016/0047-259X(75)90042-1">Izenman 1975</a>. The directions are the
   * eigenvectors of Cov(X, Y) + Cov(Y, X) − Cov(X), which is Cov(X) for ordinary least squares, in
   * descending order of the eigenvalues, which are what a direction adds to R².
   */
  public static DMatrixRMaj directions(JointMoments fitted) {
    return directions(fitted.ofX(), fitted.cross());
  }

  /**
   * The same of covariances, [channels, channels].
   *
   * @param ofX Cov(X)
   * @param cross Cov(X, Y)
   */
  public static DMatrixRMaj directions(DMatrixRMaj ofX, DMatrixRMaj cross) {
    int channels = cross.numCols;
    DMatrixRMaj gain = CommonOps_DDRM.transpose(cross, null);
    CommonOps_DDRM.addEquals(gain, cross);
    CommonOps_DDRM.subtractEquals(gain, ofX);
    EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(channels, true, true);
    if (!eigen.decompose(gain)) {
      throw new IllegalStateException("no eigenvectors were found of size " + channels);
    }
    Integer[] order = new Integer[channels];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingDouble(i -> -eigen.getEigenvalue(i).getReal()));
    DMatrixRMaj directions = new DMatrixRMaj(channels, channels);
    for (int r = 0; r < channels; r++) {
      CommonOps_DDRM.insert(eigen.getEigenVector(order[r]), directions, 0, r);
    }
    return directions;
  }
}
