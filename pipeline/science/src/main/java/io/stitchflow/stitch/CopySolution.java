package io.stitchflow.stitch;

import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import org.ejml.data.DMatrixRMaj;

/**
 * The stitch that solves a copy task: ridge regression on the examples that stitches learn from,
 * with the penalty that predicts the held-out examples best.
 *
 * @param weights [k, channels], the bias in the last row
 * @param penalty λ of {@link Ridge}
 * @param trainR2 share of the variance that the stitch explains on the examples fitted; NaN where
 *     the receiver's map is constant
 * @param heldOutR2 the same on those held out; NaN where none are
 */
record CopySolution(DMatrixRMaj weights, double penalty, double trainR2, double heldOutR2) {
  /** Penalties compared, ascending; 0 is ordinary least squares. */
  private static final double[] PENALTIES = {0, 1e-10, 1e-8, 1e-6, 1e-4, 1e-3, 1e-2, 1e-1};

  /** A share of the variance that is rounding: the copy is exact, as in a self pair. */
  private static final double EXACT = 1e-12;

  /** Share of the least held-out error that a larger penalty may add, */
  private static final double NEAR = 1e-3;

  /** and how often the mean error of one held-out position, which chance decides. */
  private static final double NEAR_POSITIONS = 2;

  /**
   * Solves from moments.
   *
   * @param tolerance of {@link Ridge#unpenalized}
   * @param eigenvectors those of the solutions before, which may be of the same sender
   * @throws IllegalArgumentException if sums are not finite
   */
  static CopySolution of(SplitMoments moments, double tolerance, SharedEigenvectors eigenvectors) {
    Ridge ridge = Ridge.of(moments.fit(), eigenvectors);
    double penalty = moments.holdsOut() ? choose(ridge, moments.heldOut(), tolerance) : 0;
    DMatrixRMaj weights = penalty == 0 ? ridge.unpenalized(tolerance) : ridge.penalized(penalty);
    return new CopySolution(
        weights, penalty, r2(moments.fit(), weights), r2(moments.heldOut(), weights));
  }

  private static double r2(Moments moments, DMatrixRMaj weights) {
    return 1 - moments.meanSquaredError(weights) / moments.variance();
  }

  /**
   * The largest penalty near the least held-out error: held-out examples barely tell small
   * penalties apart, but small weights do less harm on examples that are unlike all of them.
   */
  private static double choose(Ridge ridge, Moments heldOut, double tolerance) {
    double[] errors = ridge.errors(heldOut, PENALTIES, tolerance);
    double least = Arrays.stream(errors).min().orElseThrow();
    double near = least * (1 + NEAR + NEAR_POSITIONS / heldOut.positions());
    int chosen = 0;
    if (errors[0] > EXACT * heldOut.variance()) {
      for (int i = 0; i < errors.length; i++) {
        chosen = errors[i] <= near ? i : chosen;
      }
    }
    return PENALTIES[chosen];
  }

  /** What a stitch's file says of it. */
  SortedMap<String, String> metadata() {
    SortedMap<String, String> metadata = new TreeMap<>();
    metadata.put("ridge", String.valueOf(penalty));
    metadata.put("train_r2", String.valueOf(trainR2));
    metadata.put("held_out_r2", String.valueOf(heldOutR2));
    return metadata;
  }
}
