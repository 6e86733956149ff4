package io.stitchflow.report.cells;

/**
 * A number for many cells, and how far it spreads.
 *
 * @param value NaN if nothing was measured
 * @param bounds what {@code from} and {@code to} are
 */
public record Estimate(double value, double from, double to, Bounds bounds) {
  static final Estimate NONE = of(Double.NaN);

  /** What stands beside a number. */
  public enum Bounds {
    NONE,
    /** The 95 % interval of the mean over three or more seeds, clipped to where it can lie. */
    INTERVAL,
    /** The lowest and highest of two seeds, which give no interval. */
    RANGE,
    /** First and third quartile over cells. */
    QUARTILES
  }

  static Estimate of(double value) {
    return new Estimate(value, Double.NaN, Double.NaN, Bounds.NONE);
  }

  public boolean measured() {
    return !Double.isNaN(value);
  }

  /** As tables show it; a dash if nothing was measured. */
  public String text() {
    String ends = Numbers.brief(from) + " to " + Numbers.brief(to);
    String beside =
        switch (bounds) {
          case NONE -> "";
          case RANGE -> " (" + ends + ")";
          case INTERVAL, QUARTILES -> " [" + ends + "]";
        };
    return (Numbers.brief(value) + beside).replace('-', '−');
  }
}
