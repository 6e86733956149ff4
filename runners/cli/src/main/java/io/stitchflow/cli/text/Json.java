package io.stitchflow.cli.text;

import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes JSON (RFC 8259) of maps with string keys, collections, strings, numbers, booleans and
 * nulls.
 */
public final class Json {
  private final StringBuilder text = new StringBuilder();
  private final boolean lines;

  private Json(boolean lines) {
    this.lines = lines;
  }

  /** All on one line. */
  static String line(Object value) {
    return new Json(false).append(value, 0).text.toString();
  }

  /** A line for each member, ended by LF. */
  public static String pretty(Object value) {
    return new Json(true).append(value, 0).text.append('\n').toString();
  }

  private Json append(@Nullable Object value, int depth) {
    if (value == null
        || value instanceof Boolean
        || value instanceof Integer
        || value instanceof Long) {
      text.append(value);
    } else if (value instanceof Double number) {
      if (!Double.isFinite(number)) {
        throw new IllegalArgumentException("JSON has no number " + number);
      }
      text.append(number);
    } else if (value instanceof String string) {
      quote(string);
    } else if (value instanceof Map<?, ?> map) {
      String separator = "";
      text.append('{');
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        text.append(separator);
        breakLine(depth + 1);
        quote(String.valueOf(entry.getKey()));
        text.append(lines ? ": " : ":");
        append(entry.getValue(), depth + 1);
        separator = ",";
      }
      close(map.isEmpty(), depth, '}');
    } else if (value instanceof Collection<?> collection) {
      String separator = "";
      text.append('[');
      for (Object element : collection) {
        text.append(separator);
        breakLine(depth + 1);
        append(element, depth + 1);
        separator = ",";
      }
      close(collection.isEmpty(), depth, ']');
    } else {
      throw new IllegalArgumentException("JSON has no " + value.getClass());
    }
    return this;
  }

  private void close(boolean empty, int depth, char bracket) {
    if (!empty) {
      breakLine(depth);
    }
    text.append(bracket);
  }

  private void breakLine(int depth) {
    if (lines) {
      text.append('\n').append("  ".repeat(depth));
    }
  }

  private void quote(String string) {
    text.append('"');
    for (int i = 0; i < string.length(); i += Character.charCount(string.codePointAt(i))) {
      int c = string.codePointAt(i);
      switch (c) {
        case '"' -> text.append("\\\"");
        case '\\' -> text.append("\\\\");
        case '\n' -> text.append("\\n");
        case '\t' -> text.append("\\t");
        case '\r' -> text.append("\\r");
        default -> {
          if (Escapes.isHarmless(c)) {
            text.appendCodePoint(c);
          } else {
            Escapes.append(text, c);
          }
        }
      }
    }
    text.append('"');
  }
}
