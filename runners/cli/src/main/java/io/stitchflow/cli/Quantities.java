package io.stitchflow.cli;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times, sizes and shares as users write them, and sizes in words. */
final class Quantities {
  private static final Pattern WRITTEN = Pattern.compile("([0-9]{1,12}(?:\\.[0-9]{1,6})?) ?(\\S*)");
  private static final Map<String, Long> SECONDS =
      Map.of("s", 1L, "min", 60L, "h", 3600L, "d", 86_400L, "w", 7 * 86_400L);
  private static final Map<String, Long> BYTES =
      Map.of(
          "",
          1L,
          "B",
          1L,
          "kB",
          1000L,
          "MB",
          1_000_000L,
          "GB",
          1_000_000_000L,
          "TB",
          1_000_000_000_000L,
          "KiB",
          1L << 10,
          "MiB",
          1L << 20,
          "GiB",
          1L << 30,
          "TiB",
          1L << 40);

  private Quantities() {}

  /**
   * {@code 90s}, {@code 45min}, {@code 12h}, {@code 30d}, {@code 2w}.
   *
   * @throws InputException naming the option
   */
  static Duration duration(String option, String text) throws InputException {
    BigDecimal seconds = times(option, text, SECONDS, "a time, such as 45min, 12h, 30d or 2w");
    return Duration.ofMillis(seconds.movePointRight(3).longValue());
  }

  /**
   * {@code 500MB}, {@code 20GiB}; bytes where there is no unit.
   *
   * @throws InputException naming the option
   */
  static long bytes(String option, String text) throws InputException {
    return times(option, text, BYTES, "a size, such as 500MB or 20GiB").longValue();
  }

  /**
   * {@code 5%}, as 0.05.
   *
   * @throws InputException naming the option, if it is not in (0 %, 100 %]
   */
  static double share(String option, String text) throws InputException {
    String form = "a share above 0% and up to 100%, such as 5%";
    BigDecimal percent = times(option, text, Map.of("%", 1L), form);
    double share = percent.doubleValue() / 100;
    if (!(share > 0 && share <= 1)) {
      throw unlike(option, text, form);
    }
    return share;
  }

  private static BigDecimal times(String option, String text, Map<String, Long> units, String form)
      throws InputException {
    Matcher matcher = WRITTEN.matcher(text);
    Long unit = matcher.matches() ? units.get(matcher.group(2)) : null;
    if (unit == null) {
      throw unlike(option, text, form);
    }
    BigDecimal product = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(unit));
    if (product.compareTo(BigDecimal.valueOf(Long.MAX_VALUE / 1000)) > 0) {
      throw unlike(option, text, form);
    }
    return product;
  }

  private static InputException unlike(String option, String text, String form) {
    return new InputException(option + ": needs " + form + ", but was: '" + text + "'");
  }

  /** {@code 17 bytes}, {@code 3.4 GiB}. */
  static String words(long sizeBytes) {
    if (sizeBytes < 1024) {
      return sizeBytes + (sizeBytes == 1 ? " byte" : " bytes");
    }
    double size = sizeBytes;
    String unit = "";
    for (String next : new String[] {"KiB", "MiB", "GiB", "TiB"}) {
      if (size < 1024) {
        break;
      }
      size /= 1024;
      unit = next;
    }
    return String.format(Locale.ROOT, size < 9.95 ? "%.1f %s" : "%.0f %s", size, unit);
  }
}
