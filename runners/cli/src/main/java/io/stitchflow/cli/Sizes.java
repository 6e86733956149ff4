package io.stitchflow.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes for people, and as they write them; units are powers of 1024. */
final class Sizes {
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};
  private static final String LETTERS = "bkmgt";
  private static final Pattern SIZE = Pattern.compile("([0-9]{1,6})([bkmgt]?)(?:i?b)?");

  private Sizes() {}

  /** {@code 512 B}, {@code 1.4 MiB}. */
  static String words(long bytes) {
    double size = bytes;
    int unit = 0;
    while (size >= 1000 && unit < UNITS.length - 1) {
      size /= 1024;
      unit++;
    }
    return unit == 0 || size >= 100
        ? Math.round(size) + " " + UNITS[unit]
        : String.format(Locale.ROOT, "%.1f %s", size, UNITS[unit]);
  }

  /**
   * Bytes of {@code 500}, {@code 10K}, {@code 5M}, {@code 1GiB}.
   *
   * @throws InputException if it is none of these
   */
  static long parse(String option, String text) throws InputException {
    Matcher matcher = SIZE.matcher(text.toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new InputException(
          option
              + ": must be a number of bytes, or of K, M, G or T, such as 10M, but was: "
              + text);
    }
    String letter = matcher.group(2);
    int power = letter.isEmpty() ? 0 : LETTERS.indexOf(letter);
    return Long.parseLong(matcher.group(1)) << (10 * power);
  }
}
