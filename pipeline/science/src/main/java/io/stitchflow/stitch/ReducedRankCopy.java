package io.stitchflow.stitch;

import io.stitchflow.statistics.RestrictedMaps;
import java.util.Locale;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.MatrixFeatures_DDRM;

/**
 * A copy stitch restricted to a rank: its output projected onto the directions that keep most of
 * its R², with the best bias. For ordinary least squares it is the reduced-rank regression of <a
 * href="https://doi.org/10.1016/0047-259X(75)90042-1">Izenman 1975</a>, and for a penalised copy
 * what {@link RestrictedMaps#directions} says.
 *
 * @param directions [channels, rank], orthonormal columns
 */
record ReducedRankCopy(Affine stitch, DMatrixRMaj directions) {
  /**
   * Restricts a copy.
   *
   * @param moments of the examples that stitches learn from
   * @param rank at least 1 and below the smaller of the copy's inputs and channels
   * @throws IllegalArgumentException if the rank is not a restriction, or sums are not finite
   */
  static ReducedRankCopy of(Affine copy, Moments moments, int rank) {
    int channels = copy.bias().length;
    int inputs = copy.inputs();
    if (rank < 1 || rank >= Math.min(inputs, channels)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a stitch of %d inputs and %d channels has a restricted rank from 1 to %d, but was: %d",
              inputs,
              channels,
              Math.min(inputs, channels) - 1,
              rank));
    }
    if (MatrixFeatures_DDRM.hasUncountable(moments.gram())
        || MatrixFeatures_DDRM.hasUncountable(moments.cross())) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the moments of a stitch of %d inputs and %d channels are not finite; leave out the metrics that read stitches of low rank, or check the weights of the networks",
              inputs,
              channels));
    }
    DMatrixRMaj w = copy.matrix();
    double positions = moments.positions();
    // E[x~ z'], E[z z'], E[z y'] and the means, the last rows of the first and of C / N
    DMatrixRMaj sent = CommonOps_DDRM.mult(1 / positions, moments.gram(), w, null);
    DMatrixRMaj ofCopy = CommonOps_DDRM.multTransA(w, sent, null);
    DMatrixRMaj withExpected =
        CommonOps_DDRM.multTransA(1 / positions, w, moments.cross(), new DMatrixRMaj(0, 0));
    double[] mean = new double[channels];
    double[] expected = new double[channels];
    for (int i = 0; i < channels; i++) {
      mean[i] = sent.get(inputs, i);
      expected[i] = moments.cross().get(inputs, i) / positions;
    }
    for (int i = 0; i < channels; i++) {
      for (int j = 0; j < channels; j++) {
        ofCopy.add(i, j, -mean[i] * mean[j]);
        withExpected.add(i, j, -mean[i] * expected[j]);
      }
    }
    DMatrixRMaj directions =
        CommonOps_DDRM.extract(
            RestrictedMaps.directions(ofCopy, withExpected), 0, channels, 0, rank);
    DMatrixRMaj projection = CommonOps_DDRM.multTransB(directions, directions, null);
    DMatrixRMaj restricted = CommonOps_DDRM.mult(w, projection, null);
    for (int i = 0; i < channels; i++) {
      // the mean of the output becomes that of the expected representation
      double moved = restricted.get(inputs, i) + expected[i];
      for (int j = 0; j < channels; j++) {
        moved -= mean[j] * projection.get(j, i);
      }
      restricted.set(inputs, i, moved);
    }
    return new ReducedRankCopy(Affine.of(restricted), directions);
  }
}
