package io.stitchflow.cli.input;

import java.util.Locale;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Whole numbers and booleans of options; errors state what is expected, without Java types. */
public final class ScalarArguments {
  private static final Pattern WHOLE_NUMBER = Pattern.compile("[+-]?[0-9]+");
  private static final String TRUE = "true";
  private static final String FALSE = "false";

  private ScalarArguments() {}

  /** Replaces picocli's converters of {@code int}, {@code long} and {@code boolean}. */
  public static void register(CommandLine line) {
    line.registerConverter(int.class, new Int())
        .registerConverter(Integer.class, new Int())
        .registerConverter(long.class, new Int64())
        .registerConverter(Long.class, new Int64())
        .registerConverter(boolean.class, new Bool())
        .registerConverter(Boolean.class, new Bool());
  }

  // Classes: Java 17 crashes where it archives a lambda of an interface compiled for Java 5

  private static final class Int implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
      return (int) wholeNumber(text, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }
  }

  private static final class Int64 implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      return wholeNumber(text, Long.MIN_VALUE, Long.MAX_VALUE);
    }
  }

  private static final class Bool implements ITypeConverter<Boolean> {
    @Override
    public Boolean convert(String text) {
      if (text.equalsIgnoreCase(TRUE) || text.equalsIgnoreCase(FALSE)) {
        return text.equalsIgnoreCase(TRUE);
      }
      throw new TypeConversionException("expected true or false, but was: '" + text + "'");
    }
  }

  private static long wholeNumber(String text, long least, long most) {
    if (!WHOLE_NUMBER.matcher(text).matches()) {
      throw new TypeConversionException("expected a whole number, but was: '" + text + "'");
    }
    try {
      long number = Long.parseLong(text);
      if (least <= number && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw new TypeConversionException(outOfRange(text, least, most));
    }
    throw new TypeConversionException(outOfRange(text, least, most));
  }

  private static String outOfRange(String text, long least, long most) {
    return String.format(
        Locale.ROOT, "expected a whole number from %d to %d, but was: '%s'", least, most, text);
  }
}
