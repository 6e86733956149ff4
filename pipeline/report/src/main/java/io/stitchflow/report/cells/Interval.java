package io.stitchflow.report.cells;

/** Where a number lies with 95 % confidence. */
public record Interval(double from, double to) {
  /**
   * Wilson's score interval of a share, by <a
   * href="https://doi.org/10.1080/01621459.1927.10502953">Wilson 1927</a>; [0, 1] without examples.
   *
   * @param share in [0, 1]
   */
  static Interval wilson(double share, long examples) {
    if (examples == 0) {
      return new Interval(0, 1);
    }
    double z2 = StudentT.NORMAL * StudentT.NORMAL / examples;
    double middle = share + z2 / 2;
    double half = Math.sqrt(z2 * (share * (1 - share) + z2 / 4));
    return new Interval(
        Math.max(0, (middle - half) / (1 + z2)), Math.min(1, (middle + half) / (1 + z2)));
  }

  /** Whether all of it is at {@code least} or above. */
  boolean isFrom(double least) {
    return from >= least;
  }

  /** Whether all of it is below {@code limit}. */
  boolean isBelow(double limit) {
    return to < limit;
  }

  /** Its standard error, were it that of a normal distribution. */
  double standardError() {
    return (to - from) / (2 * StudentT.NORMAL);
  }
}
