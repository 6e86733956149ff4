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

  /** Without halves of surrogate pairs at its ends. */
  private static String whole(String text) {
    int start = Character.isLowSurrogate(text.charAt(0)) ? 1 : 0;
    int end = text.length() - (Character.isHighSurrogate(text.charAt(text.length() - 1)) ? 1 : 0);
    return text.substring(start, end);
  }
}
