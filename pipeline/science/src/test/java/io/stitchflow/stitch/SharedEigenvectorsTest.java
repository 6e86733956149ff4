package io.stitchflow.stitch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.RandomMatrices_DDRM;
import org.junit.jupiter.api.Test;

class SharedEigenvectorsTest {
  private final SharedEigenvectors eigenvectors = new SharedEigenvectors();

  @Test
  void of_sameMatrixAgain_isWhatWasComputed() {
    DMatrixRMaj covariance = covariance(1);
    assertThat(eigenvectors.of(covariance.copy())).isSameAs(eigenvectors.of(covariance));
  }

  @Test
  void of_otherMatrixOfTheSameSize_isComputed() {
    eigenvectors.of(covariance(1));
    DMatrixRMaj other = covariance(2);
    SharedEigenvectors.Eigen shared = eigenvectors.of(other);
    SharedEigenvectors.Eigen alone = new SharedEigenvectors().of(other);
    assertThat(shared.values().data).containsExactly(alone.values().data);
    assertThat(shared.vectors().data).containsExactly(alone.vectors().data);
  }

  @Test
  void of_anyMatrix_areItsEigenvectorsAndLeaveItAsItIs() {
    DMatrixRMaj covariance = covariance(3);
    SharedEigenvectors.Eigen eigen = eigenvectors.of(covariance);
    assertThat(covariance.data).containsExactly(covariance(3).data);
    // V' diag(values) V
    DMatrixRMaj scaled = eigen.vectors().copy();
    CommonOps_DDRM.multRows(eigen.values().data, scaled);
    DMatrixRMaj product = CommonOps_DDRM.multTransA(eigen.vectors(), scaled, null);
    assertThat(product.data).containsExactly(covariance.data, within(1e-12));
  }

  @Test
  void rotated_ownMatrix_isTheDiagonalOfItsEigenvalues() {
    SharedEigenvectors.Eigen eigen = eigenvectors.of(covariance(4));
    DMatrixRMaj expected = CommonOps_DDRM.diag(eigen.values().data);
    assertThat(eigen.rotated(covariance(4)).data).containsExactly(expected.data, within(1e-12));
  }

  @Test
  void rotated_sameMatrixAgain_isWhatWasComputedAndAnotherIsComputed() {
    SharedEigenvectors.Eigen eigen = eigenvectors.of(covariance(5));
    DMatrixRMaj rotated = eigen.rotated(covariance(6));
    assertThat(eigen.rotated(covariance(6))).isSameAs(rotated);
    assertThat(eigen.rotated(covariance(7)).data)
        .containsExactly(new SharedEigenvectors().of(covariance(5)).rotated(covariance(7)).data);
  }

  private static DMatrixRMaj covariance(long seed) {
    DMatrixRMaj rows = RandomMatrices_DDRM.rectangle(30, 8, new Random(seed));
    return CommonOps_DDRM.multTransA(rows, rows, null);
  }
}
