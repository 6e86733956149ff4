package io.stitchflow.cli.input;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations, sizes and shares as users write them, the same in every option. */
public final class Quantities {
  /** The form of a duration, for help and errors. */
  public static final String DURATION_FORM =
      "a number and s, m or min, h, d or w, such as 45min, 12h, 30d or 2w";

  /** The form of a size, for help and errors. */
  public static final String SIZE_FORM =
      "a number of bytes or with a unit, such as 500MB or 20GiB: kB, MB, GB, TB count in 1000s;"
          + " K, M, G, T and KiB, MiB, GiB, TiB in 1024s";

  private static final String SHARE_FORM = "a share above 0% and up to 100%, such as 5%";

  private static final Pattern WRITTEN = Pattern.compile("([0-9]{1,12}(?:\\.[0-9]{1,6})?) ?(\\S*)");
  private static final Map<String, Long> SECONDS =
      Map.of("s", 1L, "m", 60L, "min", 60L, "h", 3600L, "d", 86_400L, "w", 7 * 86_400L);
  private static final Map<String, Long> BYTES = bytes();
  private static final Map<String, Long> PERCENT = Map.of("%", 1L);

  private Quantities() {}

  /** By unit in lower case: no unit here means bits, or a thousandth. */
  private static Map<String, Long> bytes() {
    Map<String, Long> bytes = new HashMap<>(Map.of("", 1L, "b", 1L));
    long decimal = 1;
    long binary = 1;
    for (String prefix : new String[] {"k", "m", "g", "t"}) {
      decimal *= 1000;
      binary *= 1024;
      bytes.put(prefix + "b", decimal);
      bytes.put(prefix, binary);
      bytes.put(prefix + "ib", binary);
    }
    return Map.copyOf(bytes);
  }

  /**
   * {@code 90s}, {@code 45min}, {@code 12h}, {@code 30d}, {@code 2w}.
   *
   * @throws InputException naming the option
   */
  public static Duration duration(String option, String text) throws InputException {
    BigDecimal seconds = times(option, text, SECONDS, DURATION_FORM);
    return Duration.ofMillis(seconds.movePointRight(3).longValue());
  }

  /**
   * {@code 500MB}, {@code 20GiB}, {@code 10K}; bytes where there is no unit.
   *
   * @throws InputException naming the option
   */
  public static long bytes(String option, String text) throws InputException {
    return times(option, text, BYTES, SIZE_FORM).longValue();
  }

  /**
   * {@code 5%}, as 0.05.
   *
   * @throws InputException naming the option, if it is not in (0 %, 100 %]
   */
  public static double share(String option, String text) throws InputException {
    BigDecimal percent = times(option, text, PERCENT, SHARE_FORM);
    double share = percent.doubleValue() / 100;
    if (!(share > 0 && share <= 1)) {
      throw unlike(option, text, SHARE_FORM);
    }
    return share;
  }

  private static BigDecimal times(String option, String text, Map<String, Long> units, String form)
      throws InputException {
    Matcher matcher = WRITTEN.matcher(text.strip().toLowerCase(Locale.ROOT));
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
}
