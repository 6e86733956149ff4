package io.stitchflow.benchmarks;

/**
 * A bound of a ratio, or NaN where it is only stated.
 *
 * @param speedUp whether the ratio is their cost over ours, with a lower bound; else it is our cost
 *     over theirs, with an upper bound
 */
public record Goal(boolean speedUp, double bound) {
  public static Goal atLeast(double speedUp) {
    return new Goal(true, speedUp);
  }

  public static Goal atMost(double cost) {
    return new Goal(false, cost);
  }

  public static Goal statedSpeedUp() {
    return new Goal(true, Double.NaN);
  }

  public static Goal statedCost() {
    return new Goal(false, Double.NaN);
  }

  double ratio(double ours, double theirs) {
    return speedUp ? theirs / ours : ours / theirs;
  }

  /** `met`, `missed`, or nothing where there is no goal. */
  String verdict(double ratio) {
    if (Double.isNaN(bound)) {
      return "";
    }
    return (speedUp ? ratio >= bound : ratio <= bound) ? "met" : "missed";
  }

  @Override
  public String toString() {
    return Double.isNaN(bound) ? "stated" : (speedUp ? ">= " : "<= ") + Line.number(bound);
  }
}
