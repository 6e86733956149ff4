package io.stitchflow.report.cells;

import java.util.function.DoubleFunction;

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
    /** The 95 % interval, clipped to where the number can lie. */
    INTERVAL,
    /** The lowest and highest of two seeds, which give no interval. */
    RANGE,
    /** First and third quartile over cells. */
    QUARTILES
  }

  public static Estimate of(double value) {
    return new Estimate(value, Double.NaN, Double.NaN, Bounds.NONE);
  }

  public boolean measured() {
    return !Double.isNaN(value);
  }

  /** As tables show it; a dash if nothing was measured. */
  public String text() {
    return (Numbers.brief(value) + beside(Numbers::brief)).replace('-', '−');
  }

  /** A share as tables show it: {@code 60 % [39 to 78]}. */
  String percent() {
    DoubleFunction<String> whole = share -> Numbers.fixed(100 * share, 0);
    return whole.apply(value) + " %" + beside(whole);
  }

  private String beside(DoubleFunction<String> number) {
    return switch (bounds) {
      case NONE -> "";
      case RANGE, QUARTILES -> " (" + number.apply(from) + " to " + number.apply(to) + ")";
      case INTERVAL -> " [" + number.apply(from) + " to " + number.apply(to) + "]";
    };
  }
}
