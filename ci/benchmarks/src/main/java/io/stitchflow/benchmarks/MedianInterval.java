package io.stitchflow.benchmarks;

import java.util.Arrays;
import java.util.List;

/**
 * A median and an interval that contains the population's median with a probability of at least 95
 * %, from order statistics: no distribution is assumed. Fewer than 6 values have no such interval;
 * its ends are then NaN.
 */
record MedianInterval(double median, double low, double high, int count) {
  private static final double TAIL = 0.025;

  static MedianInterval of(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    if (sorted.length == 0 || Arrays.stream(sorted).anyMatch(Double::isNaN)) {
      throw new IllegalArgumentException("needs numbers, but was: " + values);
    }
    int half = sorted.length / 2;
    double median = sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    int cut = outside(sorted.length);
    return cut == 0
        ? new MedianInterval(median, Double.NaN, Double.NaN, sorted.length)
        : new MedianInterval(median, sorted[cut - 1], sorted[sorted.length - cut], sorted.length);
  }

  /** Rank of the interval's ends, from 1: the largest with P(Binomial(n, 1/2) < rank) <= 2.5 %. */
  private static int outside(int n) {
    double mass = Math.pow(0.5, n);
    double below = 0;
    int rank = 0;
    while (below + mass <= TAIL) {
      below += mass;
      mass *= (double) (n - rank) / (rank + 1);
      rank++;
    }
    return rank;
  }

  /** Half of the interval's width over the median; infinite without an interval. */
  double relativeHalfWidth() {
    return Double.isNaN(low) ? Double.POSITIVE_INFINITY : (high - low) / 2 / median;
  }
}
