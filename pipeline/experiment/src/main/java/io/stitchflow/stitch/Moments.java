package io.stitchflow.stitch;

import io.stitchflow.artifacts.tensor.Safetensors;
import io.stitchflow.artifacts.tensor.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.MatrixFeatures_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/**
 * The copy task of one pair of cuts in sums over positions, with which the best stitch and the
 * error of any stitch are known without another pass over the data.
 *
 * @param gram G = sum of x~x~', [k, k], x~ = [patch; 1]
 * @param cross C = sum of x~y', [k, channels]
 * @param square S = sum of |y|²
 * @param elements numbers in all y
 */
record Moments(DMatrixRMaj gram, DMatrixRMaj cross, double square, double elements) {
  /**
   * Reads what the moment stages wrote.
   *
   * @throws IllegalArgumentException if the files do not belong to {@code stitch}
   */
  static Moments read(Stitch stitch, Path gramFile, Path crossFile) throws IOException {
    int k = stitch.inputs() + 1;
    int channels = stitch.to().channels();
    SafetensorsFile crosses = Safetensors.read(crossFile);
    double[] gram = MomentFile.read(Safetensors.read(gramFile), "gram");
    double[] cross = MomentFile.read(crosses, "cross");
    if (gram.length != k * k || cross.length != k * channels) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "moments of a stitch from %s to %s must have %d and %d numbers, but have %d and %d",
              stitch.from(),
              stitch.to(),
              k * k,
              k * channels,
              gram.length,
              cross.length));
    }
    DMatrixRMaj g = DMatrixRMaj.wrap(k, k, gram);
    // each position of the sender stands for a block of the receiver's
    CommonOps_DDRM.scale(stitch.upsampling() * (double) stitch.upsampling(), g);
    double positions = MomentFile.read(crosses, "positions")[0];
    return new Moments(
        g,
        DMatrixRMaj.wrap(k, channels, cross),
        MomentFile.read(crosses, "square")[0],
        positions * channels);
  }

  /**
   * The W that minimises |x~'W - y|², [k, channels]; the shortest where several do.
   *
   * <p>G is singular wherever channels are dead or duplicated, so it is inverted where it can be:
   * scaled to a unit diagonal, decomposed into eigenvectors, and those left out whose eigenvalue is
   * below {@code tolerance} times the largest.
   *
   * @throws IllegalArgumentException if sums are not finite
   */
  DMatrixRMaj solve(double tolerance) {
    int k = gram.numRows;
    double[] scale = new double[k];
    for (int i = 0; i < k; i++) {
      scale[i] = gram.get(i, i) > 0 ? 1 / Math.sqrt(gram.get(i, i)) : 0;
    }
    DMatrixRMaj scaled = gram.copy();
    CommonOps_DDRM.multRows(scale, scaled);
    CommonOps_DDRM.multCols(scaled, scale);
    if (MatrixFeatures_DDRM.hasUncountable(gram) || MatrixFeatures_DDRM.hasUncountable(cross)) {
      throw new IllegalArgumentException(
          "the moments of a copy stitch are not finite: a representation holds numbers too large"
              + " for its dtype; use FLOAT32");
    }
    EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(k, true, true);
    if (!eigen.decompose(scaled)) {
      throw new IllegalStateException(
          "no eigenvectors were found of the Gram matrix of a copy stitch, of size " + k);
    }
    double largest = 0;
    for (int i = 0; i < k; i++) {
      largest = Math.max(largest, eigen.getEigenvalue(i).getReal());
    }
    DMatrixRMaj right = cross.copy();
    CommonOps_DDRM.multRows(scale, right);
    DMatrixRMaj solution = new DMatrixRMaj(k, cross.numCols);
    DMatrixRMaj share = new DMatrixRMaj(1, cross.numCols);
    for (int i = 0; i < k; i++) {
      double value = eigen.getEigenvalue(i).getReal();
      if (value > tolerance * largest && value > 0) {
        DMatrixRMaj vector = eigen.getEigenVector(i);
        CommonOps_DDRM.multTransA(vector, right, share);
        CommonOps_DDRM.multAdd(1 / value, vector, share, solution);
      }
    }
    CommonOps_DDRM.multRows(scale, solution);
    return solution;
  }

  /**
   * Mean squared error of any stitch W, [k, channels], over all elements: [tr(W'GW) - 2 tr(W'C) +
   * S] / N.
   */
  double meanSquaredError(DMatrixRMaj w) {
    DMatrixRMaj gw = new DMatrixRMaj(w.numRows, w.numCols);
    CommonOps_DDRM.mult(gram, w, gw);
    // rounding may leave an exact copy a little below 0
    return Math.max(0, trace(w, gw) - 2 * trace(w, cross) + square) / elements;
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
