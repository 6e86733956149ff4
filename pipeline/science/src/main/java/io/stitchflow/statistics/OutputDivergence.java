package io.stitchflow.statistics;

import ai.djl.ndarray.NDArray;

/**
 * Divergences of a network's output distribution q from an expected one, p: means over examples, in
 * nats and in float64.
 */
public final class OutputDivergence {
  /** The largest Jensen-Shannon divergence: that of distributions without a common class. */
  public static final double MOST_JENSEN_SHANNON = Math.log(2);

  private double jensenShannon;
  private double kullbackLeibler;
  private int examples;

  /**
   * Adds the next examples.
   *
   * @param expected logits of p, [examples, classes]
   * @param logits of q
   */
  public void add(NDArray expected, NDArray logits) {
    double[][] p = LogSoftmax.rows(expected);
    double[][] q = LogSoftmax.rows(logits);
    for (int i = 0; i < p.length; i++) {
      addExample(p[i], q[i]);
    }
    examples += p.length;
  }

  private void addExample(double[] p, double[] q) {
    double ofExample = 0;
    double fromMiddle = 0;
    for (int k = 0; k < p.length; k++) {
      double middle = logOfMean(p[k], q[k]);
      double probability = StrictMath.exp(p[k]);
      ofExample += probability * (p[k] - q[k]);
      fromMiddle += probability * (p[k] - middle) + StrictMath.exp(q[k]) * (q[k] - middle);
    }
    // both are at least 0; rounding may leave a little less
    kullbackLeibler += Math.max(0, ofExample);
    jensenShannon += Math.max(0, Math.min(MOST_JENSEN_SHANNON, fromMiddle / 2));
  }

  /** log((exp a + exp b) / 2). */
  private static double logOfMean(double a, double b) {
    double larger = Math.max(a, b);
    return larger + StrictMath.log((StrictMath.exp(a - larger) + StrictMath.exp(b - larger)) / 2);
  }

  /** [KL(p || m) + KL(q || m)] / 2 with m = (p + q) / 2, in [0, ln 2]; NaN without examples. */
  public double jensenShannon() {
    return jensenShannon / examples;
  }

  /** KL(p || q), at least 0; NaN without examples. */
  public double kullbackLeibler() {
    return kullbackLeibler / examples;
  }
}
