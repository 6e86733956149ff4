package io.stitchflow.cli;

import java.util.Locale;

/**
 * Text for a terminal: names come from files of others, and must not move its cursor or turn its
 * direction of writing.
 */
final class Escapes {
  private Escapes() {}

  /** Control and format characters and halves of surrogate pairs, as {@code \u001b}. */
  static String of(String text) {
    StringBuilder escaped = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              if (isHarmless(c)) {
                escaped.appendCodePoint(c);
              } else {
                escaped.append(String.format(Locale.ROOT, "\\u%04x", c));
              }
            });
    return escaped.toString();
  }

  private static boolean isHarmless(int c) {
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
}
