package io.stitchflow.cli.text;

import io.stitchflow.cli.input.Quantities;
import java.util.Locale;

/** Times in words; {@link Quantities} reads them. */
public final class Durations {
  private static final double DAY_SECONDS = 86_400;

  private Durations() {}

  /** {@code 0.4 s}, {@code 12 s}, {@code 3 min 20 s}, {@code 2 h 5 min}. */
  public static String words(double seconds) {
    if (seconds < 9.95) {
      return String.format(Locale.ROOT, "%.1f s", seconds);
    }
    long whole = Math.round(seconds);
    if (whole < 60) {
      return whole + " s";
    }
    if (whole < 3600) {
      return whole / 60 + " min" + (whole % 60 == 0 ? "" : " " + whole % 60 + " s");
    }
    long minutes = Math.round(seconds / 60);
    return minutes / 60 + " h" + (minutes % 60 == 0 ? "" : " " + minutes % 60 + " min");
  }

  /** The same of an estimate, with no more digits than it is worth: {@code about 3 min}. */
  public static String about(double seconds) {
    if (seconds < 10) {
      return "a few seconds";
    }
    double unit = seconds < 60 ? 5 : seconds < 300 ? 10 : seconds < 3600 ? 60 : 300;
    return "about " + words(Math.round(seconds / unit) * unit);
  }

  /** How long ago something was: {@code 12 s}, {@code 3 h}, {@code 5 d}. */
  public static String age(double seconds) {
    if (seconds < 60) {
      return Math.max(0, (long) seconds) + " s";
    }
    if (seconds < 3600) {
      return (long) (seconds / 60) + " min";
    }
    return seconds < 2 * DAY_SECONDS
        ? (long) (seconds / 3600) + " h"
        : (long) (seconds / DAY_SECONDS) + " d";
  }
}
