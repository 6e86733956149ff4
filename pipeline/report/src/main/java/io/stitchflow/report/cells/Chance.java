package io.stitchflow.report.cells;

/**
 * What a network reaches that always predicts the same.
 *
 * @param accuracy the share of the most frequent class among the test labels
 */
public record Chance(double accuracy) {
  /** Least accuracy above chance of a receiver that can tell classes apart. */
  public static final double MARGIN = 0.05;

  public static Chance of(ClassCounts test) {
    return new Chance(test.majority());
  }

  /** Whether the lower end of the 95 % interval of {@code share} of {@code examples} is above. */
  boolean isBelow(double share, long examples) {
    return Interval.wilson(share, examples).from() > accuracy;
  }
}
