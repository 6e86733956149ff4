package io.stitchflow.cli.text;

import io.stitchflow.cli.input.Quantities;
import java.util.Locale;

/** Sizes in words; {@link Quantities} reads them. */
public final class Sizes {
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

  private Sizes() {}

  /** {@code 512 B}, {@code 1.4 MiB}, {@code 20 GiB}: units are powers of 1024. */
  public static String words(long bytes) {
    double size = bytes;
    int unit = 0;
    while (size >= 1000 && unit < UNITS.length - 1) {
      size /= 1024;
      unit++;
    }
    return String.format(
        Locale.ROOT, unit > 0 && size < 9.95 ? "%.1f %s" : "%.0f %s", size, UNITS[unit]);
  }
}
