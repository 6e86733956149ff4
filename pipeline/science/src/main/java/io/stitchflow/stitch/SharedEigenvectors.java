package io.stitchflow.stitch;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;
import org.jspecify.annotations.Nullable;

/**
 * Eigenvectors of covariances, computed once for the same covariances in turn: stitches that read
 * the same numbers of one sender share them. Not thread-safe.
 */
final class SharedEigenvectors {
  private @Nullable Eigen last;

  /** Those of a symmetric matrix, [k, k]. */
  Eigen of(DMatrixRMaj covariance) {
    Eigen eigen = last;
    if (eigen == null || !Arrays.equals(eigen.covariance.data, covariance.data)) {
      eigen = Eigen.of(covariance);
      last = eigen;
    }
    return eigen;
  }

  /** Eigenvalues and eigenvectors of a covariance, [k, k]. */
  static final class Eigen {
    private final DMatrixRMaj covariance;
    private final DMatrixRMaj values;
    private final DMatrixRMaj vectors;
    private @Nullable Rotated last;

    private record Rotated(DMatrixRMaj matrix, DMatrixRMaj rotated) {}

    private Eigen(DMatrixRMaj covariance, DMatrixRMaj values, DMatrixRMaj vectors) {
      this.covariance = covariance;
      this.values = values;
      this.vectors = vectors;
    }

    private static Eigen of(DMatrixRMaj covariance) {
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

    /** [k, 1], in the order of the vectors; not a copy. */
    DMatrixRMaj values() {
      return values;
    }

    /** V, [k, k], an eigenvector a row; not a copy. */
    DMatrixRMaj vectors() {
      return vectors;
    }

    /** V {@code matrix} V', [k, k], computed once for the same matrices in turn; not a copy. */
    DMatrixRMaj rotated(DMatrixRMaj matrix) {
      Rotated rotated = last;
      if (rotated == null || !Arrays.equals(rotated.matrix.data, matrix.data)) {
        DMatrixRMaj transposed = CommonOps_DDRM.transpose(vectors, null);
        DMatrixRMaj half = CommonOps_DDRM.mult(vectors, matrix, null);
        rotated = new Rotated(matrix, CommonOps_DDRM.mult(half, transposed, null));
        last = rotated;
      }
      return rotated.rotated;
    }
  }
}
