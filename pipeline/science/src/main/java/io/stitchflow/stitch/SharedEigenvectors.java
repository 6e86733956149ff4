package io.stitchflow.stitch;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;
import org.jspecify.annotations.Nullable;

/**
 * Eigenvectors of covariances, computed once for the same covariances in turn: stitches that read
 * the same numbers of one sender share them. Not thread-safe.
 */
final class SharedEigenvectors {
  private @Nullable Eigen last;

  /**
   * Eigenvalues and eigenvectors.
   *
   * @param covariance what they are of, [k, k]
   * @param values [k, 1], the eigenvalues, in the order of the vectors
   * @param vectors [k, k], an eigenvector a row
   */
  record Eigen(DMatrixRMaj covariance, DMatrixRMaj values, DMatrixRMaj vectors) {}

  /** Those of a symmetric matrix, [k, k]. */
  Eigen of(DMatrixRMaj covariance) {
    Eigen eigen = last;
    if (eigen == null || !Arrays.equals(eigen.covariance().data, covariance.data)) {
      eigen = decompose(covariance);
      last = eigen;
    }
    return eigen;
  }

  private static Eigen decompose(DMatrixRMaj covariance) {
    int size = covariance.numRows;
    EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(size, true, true);
    if (!eigen.decompose(covariance.copy())) {
      throw new IllegalStateException(
          "no eigenvectors were found of the covariance of a copy stitch, of size " + size);
    }
    DMatrixRMaj values = new DMatrixRMaj(size, 1);
    DMatrixRMaj vectors = new DMatrixRMaj(size, size);
    for (int i = 0; i < size; i++) {
      values.set(i, eigen.getEigenvalue(i).getReal());
      System.arraycopy(eigen.getEigenVector(i).data, 0, vectors.data, i * size, size);
    }
    return new Eigen(covariance, values, vectors);
  }
}
