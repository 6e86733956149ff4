package io.stitchflow.statistics;

import java.util.Arrays;

/** The area under the receiver operating characteristic. */
public final class Auroc {
  private Auroc() {}

  /**
   * The share of pairs in which the positive has the larger score, pairs of equal scores counting
   * half: 0.5 if scores do not tell them apart. By sorting (Mann and Whitney 1947); NaN if a score
   * is NaN or one side is empty.
   */
  public static double of(double[] negatives, double[] positives) {
    double[] low = negatives.clone();
    double[] high = positives.clone();
    Arrays.sort(low);
    Arrays.sort(high);
    if (low.length == 0 || high.length == 0 || isUndefined(low) || isUndefined(high)) {
      return Double.NaN;
    }
    double pairs = 0;
    int below = 0;
    int upTo = 0;
    for (double score : high) {
      while (below < low.length && low[below] < score) {
        below++;
      }
      while (upTo < low.length && low[upTo] <= score) {
        upTo++;
      }
      pairs += below + (upTo - below) / 2.;
    }
    return pairs / low.length / high.length;
  }

  /** NaN is sorted last. */
  private static boolean isUndefined(double[] sorted) {
    return Double.isNaN(sorted[sorted.length - 1]);
  }
}
