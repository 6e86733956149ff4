package io.stitchflow.report.cells;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Numbers as text: the same on every machine, in every locale and under every Java. */
public final class Numbers {
  private static final double PLAIN_FROM = 1e-4;
  private static final double PLAIN_TO = 1e16;

  private Numbers() {}

  /** The shortest decimal that reads back as {@code value}. */
  public static String exact(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return Double.toString(value);
    }
    if (value == 0) {
      return "0.0";
    }
    BigDecimal digits = shortest(value);
    double size = Math.abs(value);
    String text =
        size >= PLAIN_FROM && size < PLAIN_TO ? digits.toPlainString() : digits.toString();
    return text.indexOf('.') < 0 && text.indexOf('E') < 0 ? text + ".0" : text;
  }

  /**
   * At most six characters with about three digits, for a cell: {@code 0.914}, {@code 1.2e-5}; a
   * dash for what is not a number.
   */
  public static String brief(double value) {
    if (Double.isNaN(value)) {
      return "–";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    double size = Math.abs(value);
    if (size == 0) {
      return "0";
    }
    if (size < 9.995e-4 || size >= 99_999.5) {
      return scientific(value);
    }
    return fixed(value, size < 9.9995 ? 3 : size < 99.995 ? 2 : size < 999.95 ? 1 : 0);
  }

  /**
   * {@code value} rounded to so many significant digits, such as {@code 0.9142}, {@code 1.2E-7}.
   */
  public static String significant(double value, int digits) {
    return value == 0 || Double.isNaN(value) || Double.isInfinite(value)
        ? exact(value)
        : exact(
            new BigDecimal(value)
                .round(new MathContext(digits, RoundingMode.HALF_EVEN))
                .doubleValue());
  }

  /** {@code value} with exactly {@code decimals} digits after the point. */
  public static String fixed(double value, int decimals) {
    return new BigDecimal(value).setScale(decimals, RoundingMode.HALF_EVEN).toPlainString();
  }

  private static String scientific(double value) {
    BigDecimal rounded = new BigDecimal(value).round(new MathContext(2, RoundingMode.HALF_EVEN));
    int exponent = rounded.precision() - rounded.scale() - 1;
    return rounded.movePointLeft(exponent).setScale(1, RoundingMode.UNNECESSARY).toPlainString()
        + "e"
        + exponent;
  }

  // A decimal of up to 15 digits survives the way through a double, so rounding to 15 finds it if
  // there is one. Double.toString gives other digits before Java 19 than after.
  private static BigDecimal shortest(double value) {
    BigDecimal all = new BigDecimal(value);
    for (int digits = 15; digits < 17; digits++) {
      BigDecimal rounded = all.round(new MathContext(digits, RoundingMode.HALF_EVEN));
      if (rounded.doubleValue() == value) {
        return rounded.stripTrailingZeros();
      }
    }
    return all.round(new MathContext(17, RoundingMode.HALF_EVEN)).stripTrailingZeros();
  }
}
