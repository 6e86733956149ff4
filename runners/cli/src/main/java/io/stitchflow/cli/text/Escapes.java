package io.stitchflow.cli.text;

import java.util.Locale;

/**
 * Text for a terminal: names come from files of others, and must not move its cursor, turn its
 * direction of writing or fill it. {@link Lines} applies {@link #line} to all that leaves; only
 * what lays out columns needs {@link #of} before.
 */
public final class Escapes {
  /** Longer lines keep their first {@link #HEAD} and last {@link #TAIL} characters. */
  private static final int LONGEST = 2000;

  private static final int HEAD = 1200;
  private static final int TAIL = 600;

  private Escapes() {}

  /** One line: escaped, and without its middle if it is longer than 2,000 characters. */
  public static String line(String text) {
    String escaped = of(text);
    if (escaped.length() <= LONGEST) {
      return escaped;
    }
    int left = escaped.length() - HEAD - TAIL;
    return whole(escaped.substring(0, HEAD))
        + String.format(Locale.ROOT, " ... (%d characters left out) ... ", left)
        + whole(escaped.substring(escaped.length() - TAIL));
  }

  /** Control and format characters and halves of surrogate pairs, as {@code \u001b}. */
  public static String of(String text) {
    int first = 0;
    while (first < text.length() && text.charAt(first) >= ' ' && text.charAt(first) <= '~') {
      first++;
    }
    if (first == text.length()) {
      return text;
    }
    StringBuilder escaped = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              if (isHarmless(c)) {
                escaped.appendCodePoint(c);
              } else {
                append(escaped, c);
              }
            });
    return escaped.toString();
  }

  /** Appends {@code \}{@code u001b}, beyond U+FFFF the two of a surrogate pair, as JSON has it. */
  static void append(StringBuilder text, int c) {
    for (char unit : Character.toChars(c)) {
      text.append(String.format(Locale.ROOT, "\\u%04x", (int) unit));
    }
  }

  /** Whether a terminal shows it and does nothing else. */
  static boolean isHarmless(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }

  /** Columns that text without control characters takes on a terminal. */
  public static int columns(String text) {
    return text.codePoints().map(Escapes::columns).sum();
  }

  private static int columns(int c) {
    int type = Character.getType(c);
    if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK) {
      return 0;
    }
    return isWide(c) ? 2 : 1;
  }

  /** East Asian wide and full-width characters and emoji, by blocks. */
  private static boolean isWide(int c) {
    return c >= 0x1100
        && (c <= 0x115F
            || (c >= 0x2E80 && c <= 0xA4CF)
            || (c >= 0xAC00 && c <= 0xD7A3)
            || (c >= 0xF900 && c <= 0xFAFF)
            || (c >= 0xFE30 && c <= 0xFE6F)
            || (c >= 0xFF00 && c <= 0xFF60)
            || (c >= 0xFFE0 && c <= 0xFFE6)
            || (c >= 0x1F300 && c <= 0x1FAFF)
            || (c >= 0x20000 && c <= 0x3FFFD));
  }

  /** At most so many columns of an escaped line, with {@code ...} where its end is cut off. */
  public static String cut(String line, int most) {
    if (columns(line) <= most) {
      return line;
    }
    StringBuilder cut = new StringBuilder();
    int left = most - 3;
    for (int c : line.codePoints().toArray()) {
      left -= columns(c);
      if (left < 0) {
        break;
      }
      cut.appendCodePoint(c);
    }
    return most < 3 ? "" : cut + "...";
  }

  /** Without halves of surrogate pairs at its ends. */
  private static String whole(String text) {
    int start = Character.isLowSurrogate(text.charAt(0)) ? 1 : 0;
    int end = text.length() - (Character.isHighSurrogate(text.charAt(text.length() - 1)) ? 1 : 0);
    return text.substring(start, end);
  }
}
