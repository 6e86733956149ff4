package io.stitchflow.cli.setup;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import java.math.BigDecimal;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The text of an experiment file, in which each field has a comment on its line. A default is
 * commented out: {@code # epochs: 20 # Passes over the train split. Default: 20.}
 */
final class TemplateText {
  private static final int COMMENT_COLUMN = 34;

  /** Longer defaults are not repeated in the comment. */
  private static final int MOST_REPEATED = 40;

  /** Doubles from here on are written without an exponent. */
  private static final double LEAST_PLAIN = 1e-6;

  private final StringBuilder text = new StringBuilder();
  private int depth;

  /** A line for people, or with an empty text a blank line. */
  void line(String comment) {
    text.append(comment.isEmpty() ? "" : indent() + "# " + comment).append('\n');
  }

  /** The first line of a message. */
  void open(String field) {
    text.append(indent()).append(field).append(" {\n");
    depth++;
  }

  void close() {
    depth--;
    text.append(indent()).append("}\n");
  }

  /** A field that is set. */
  void field(String name, String value, String comment) {
    setting(name + ": " + value, comment);
  }

  private void unset(String name, String value, String comment) {
    String repeated = value.length() <= MOST_REPEATED ? value : "these";
    setting("# " + name + ": " + value, comment + " Default: " + repeated + ".");
  }

  /**
   * Fields with the comments of {@link FieldComments}.
   *
   * @param written in which those are set that the file sets
   * @param filled the same with every default explicit
   */
  void fields(Message written, Message filled, List<String> names) {
    for (String name : names) {
      FieldDescriptor field = filled.getDescriptorForType().findFieldByName(name);
      String value = value(filled, field);
      if (isSet(written, field)) {
        field(name, value, FieldComments.of(field));
      } else {
        unset(name, value, FieldComments.of(field));
      }
    }
  }

  private static boolean isSet(Message message, FieldDescriptor field) {
    return field.isRepeated() ? message.getRepeatedFieldCount(field) > 0 : message.hasField(field);
  }

  private void setting(String setting, String comment) {
    String start = indent() + setting;
    text.append(start)
        .append(" ".repeat(Math.max(0, COMMENT_COLUMN - start.length())))
        .append("  # ")
        .append(comment)
        .append('\n');
  }

  private String indent() {
    return "  ".repeat(depth);
  }

  private static String value(Message message, FieldDescriptor field) {
    Object value = message.getField(field);
    return value instanceof List<?> values
        ? values.stream().map(TemplateText::value).collect(Collectors.joining(", ", "[", "]"))
        : value(value);
  }

  private static String value(Object value) {
    if (value instanceof EnumValueDescriptor constant) {
      return constant.getName();
    }
    if (value instanceof String string) {
      return quoted(string);
    }
    if (value instanceof Double number && (number == 0 || Math.abs(number) >= LEAST_PLAIN)) {
      return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
    }
    return value.toString();
  }

  /** A string as text format has it. */
  static String quoted(String string) {
    String escaped =
        string.chars().anyMatch(Character::isISOControl)
            ? TextFormat.escapeBytes(ByteString.copyFromUtf8(string))
            : TextFormat.escapeDoubleQuotesAndBackslashes(string);
    return '"' + escaped + '"';
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
