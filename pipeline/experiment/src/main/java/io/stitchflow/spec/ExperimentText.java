package io.stitchflow.spec;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.ExtensionRegistry;
import com.google.protobuf.TextFormat;
import com.google.protobuf.TextFormatParseInfoTree;
import io.stitchflow.v1.Experiment;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads an experiment in protobuf text format. The library's parser stops at the first value that
 * it cannot read; here such a value is replaced by one that it can, of the same length, so that
 * everything else that is wrong is found too.
 */
final class ExperimentText {
  private static final String UNKNOWN_FIELDS = "Input contains unknown fields";
  // The name of an extension stands in brackets and has dots of its own
  private static final Pattern UNKNOWN_FIELD =
      Pattern.compile("(?m)^(\\d+):(\\d+):\\t(.+?)\\.(\\[[^\n]*]|[^.\n]+)$");
  private static final Pattern NOT_A_NUMBER =
      Pattern.compile("Couldn't parse (?:integer|number): For input string: \"(.*)\"");
  private static final Pattern VALUE = Pattern.compile("\"[^\"\n]*\"|'[^'\n]*'|[A-Za-z0-9_.+-]+");

  /** Values that are replaced at most, and how many characters are parsed again for them. */
  private static final int MOST_UNREADABLE = 100;

  private static final long MOST_PARSED_AGAIN = 1 << 26;

  private final String file;
  private final Problems problems;
  private final Experiment.Builder experiment = Experiment.newBuilder();
  private final List<Unreadable> unreadable = new ArrayList<>();
  private String source;

  /**
   * @param index which of the values between brackets it is, from 0
   * @param reason the parser's
   */
  private record Unreadable(SourcePosition origin, int index, String written, String reason) {}

  /** The experiment as far as it could be read, and where its fields are. */
  record Parsed(Experiment experiment, SourcePositions origins) {}

  private ExperimentText(String file, String source, Problems problems) {
    this.file = file;
    this.source = source;
    this.problems = problems;
  }

  /**
   * Reads {@code text}; adds what is wrong with it to {@code problems}.
   *
   * @param file as its user calls it
   * @return null where the text breaks off, so that nothing can be said about the rest
   */
  static @Nullable Parsed parse(String file, String text, Problems problems) {
    return new ExperimentText(file, text, problems).parse();
  }

  private @Nullable Parsed parse() {
    while (true) {
      TextFormatParseInfoTree.Builder tree = TextFormatParseInfoTree.builder();
      TextFormat.Parser parser =
          TextFormat.Parser.newBuilder().setParseInfoTreeBuilder(tree).build();
      experiment.clear();
      String unknown = "";
      try {
        parser.merge(source, ExtensionRegistry.getEmptyRegistry(), experiment);
      } catch (TextFormat.ParseException e) {
        String message = String.valueOf(e.getMessage());
        if (!message.contains(UNKNOWN_FIELDS)) {
          if (mayMend() && mend(e)) {
            continue;
          }
          SourcePosition stop = SourcePosition.inFile(file, e.getLine(), e.getColumn());
          if (unreadable.stream().noneMatch(value -> value.origin().equals(stop))) {
            problems.add(stop, "", syntax(e));
          }
          unreadable.forEach(
              value ->
                  problems.add(
                      value.origin(),
                      "",
                      "'" + value.written() + "' cannot be read here; check the field's type"));
          return null;
        }
        unknown = message;
      }
      TextFormatParseInfoTree places = tree.build();
      SourcePositions origins = new SourcePositions(file, Experiment.getDescriptor(), places);
      addUnknownFields(unknown, origins);
      addUnreadable(origins);
      addRepeated("", Experiment.getDescriptor(), places);
      return new Parsed(experiment.build(), origins);
    }
  }

  /** Whether another value may be replaced: all before it is then parsed once more. */
  private boolean mayMend() {
    return unreadable.size() < MOST_UNREADABLE
        && (unreadable.size() + 1L) * source.length() <= MOST_PARSED_AGAIN;
  }

  /** Replaces the value that the parser stopped at; false where it stopped at something else. */
  private boolean mend(TextFormat.ParseException e) {
    int start = offset(e.getLine(), e.getColumn());
    Matcher value = VALUE.matcher(source);
    if (start < 0 || !value.find(start) || value.start() != start || !isValuePlace(start)) {
      return false;
    }
    String written = value.group();
    boolean text = String.valueOf(e.getMessage()).contains("Expected string.");
    String readable = text ? "\"\"" : "0";
    if (written.trim().equals(readable)) {
      return false;
    }
    String padded = readable + " ".repeat(Math.max(0, written.length() - readable.length()));
    source = source.substring(0, start) + padded + source.substring(value.end());
    String bare =
        written.startsWith("\"") || written.startsWith("'")
            ? written.substring(1, written.length() - 1)
            : written;
    unreadable.add(
        new Unreadable(
            SourcePosition.inFile(file, e.getLine(), e.getColumn()),
            listIndex(start),
            text ? written : bare,
            reason(e)));
    return true;
  }

  /** Whether what stands here follows a colon, or stands in a list. */
  private boolean isValuePlace(int start) {
    int at = start - 1;
    while (at >= 0 && Character.isWhitespace(source.charAt(at))) {
      at--;
    }
    return at >= 0 && ":[,".indexOf(source.charAt(at)) >= 0;
  }

  /** Commas before, back to the bracket that opens the list; 0 outside a list. */
  private int listIndex(int start) {
    int commas = 0;
    for (int at = start - 1; at >= 0; at--) {
      switch (source.charAt(at)) {
        case ',' -> commas++;
        case '[' -> {
          return commas;
        }
        case ':', '{', '}', '<', '>' -> {
          return 0;
        }
        default -> {}
      }
    }
    return 0;
  }

  /** -1 where the file has no such place. */
  private int offset(int line, int column) {
    int start = 0;
    for (int i = 1; i < line; i++) {
      start = source.indexOf('\n', start) + 1;
      if (start == 0) {
        return -1;
      }
    }
    int offset = start + column - 1;
    return column >= 1 && offset < source.length() ? offset : -1;
  }

  private void addUnknownFields(String message, SourcePositions origins) {
    Matcher unknown = UNKNOWN_FIELD.matcher(message);
    for (int i = 0; unknown.find(); i++) {
      String type = unknown.group(3);
      String name = unknown.group(4);
      int line = Integer.parseInt(unknown.group(1));
      int column = Integer.parseInt(unknown.group(2));
      SourcePosition origin = SourcePosition.inFile(file, line, begin(line, column, name));
      // Finding the message looks at all fields of the file
      String within = i < Problems.MOST_SHOWN ? origins.messageAt(origin, type) : "";
      problems.add(origin, within + name, () -> noField(type(type), name));
    }
  }

  /** The column where a field's name begins; of an extension the parser says where it ends. */
  private int begin(int line, int column, String name) {
    int end = name.startsWith("[") ? offset(line, column) : -1;
    int bracket = end < 0 ? -1 : source.lastIndexOf('[', end);
    return bracket <= end - column ? column : column - (end - bracket);
  }

  /** What to say where a message has no field of that name. */
  static String noField(Descriptor type, String name) {
    List<String> names = type.getFields().stream().map(FieldDescriptor::getName).toList();
    return type.getName() + " has no field '" + name + "'; " + Suggestion.advice(name, names);
  }

  private static Descriptor type(String fullName) {
    return Experiment.getDescriptor().getFile().getMessageTypes().stream()
        .filter(type -> type.getFullName().equals(fullName))
        .findFirst()
        .orElseThrow(
            () -> new IllegalStateException("no message " + fullName + " in an experiment"));
  }

  private void addUnreadable(SourcePositions origins) {
    for (Unreadable value : unreadable) {
      String path = origins.fieldAt(value.origin(), value.index());
      if (path == null) {
        throw new IllegalStateException("no field at " + value.origin().text());
      }
      FieldDescriptor field = origins.descriptor(path);
      boolean escape =
          field.getJavaType() == FieldDescriptor.JavaType.STRING
              && value.reason().contains("escape");
      problems.addUnreadable(
          value.origin(),
          path,
          escape
              ? "cannot be read: " + value.reason() + "; write a backslash as \\\\"
              : FieldRules.unreadable(field, value.written()));
    }
  }

  /** Fields that have one value are given once, and one kind of several. */
  private void addRepeated(String prefix, Descriptor type, TextFormatParseInfoTree tree) {
    @Nullable FieldDescriptor chosen = null;
    for (FieldDescriptor field : type.getFields()) {
      List<com.google.protobuf.TextFormatParseLocation> places = tree.getLocations(field);
      if (places.isEmpty()) {
        continue;
      }
      if (!field.isRepeated() && places.size() > 1) {
        var second = places.get(1);
        problems.add(
            SourcePosition.inFile(file, second.getLine() + 1, second.getColumn() + 1),
            prefix + field.getName(),
            "is given a second time, first in line "
                + (places.get(0).getLine() + 1)
                + "; drop one");
      }
      if (field.getRealContainingOneof() != null) {
        if (chosen != null) {
          problems.add(
              SourcePosition.inFile(
                  file, places.get(0).getLine() + 1, places.get(0).getColumn() + 1),
              prefix + field.getName(),
              "is given beside " + chosen.getName() + "; drop one");
        }
        chosen = field;
      }
      if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        List<TextFormatParseInfoTree> nested = tree.getNestedTrees(field);
        for (int i = 0; i < nested.size(); i++) {
          addRepeated(
              prefix + field.getName() + (field.isRepeated() ? "[" + i + "]" : "") + ".",
              field.getMessageType(),
              nested.get(i));
        }
      }
    }
  }

  private static String syntax(TextFormat.ParseException e) {
    return "cannot be read as protobuf text format: "
        + reason(e)
        + "; check brackets and quotes here and before";
  }

  /** The parser's complaint without its place and stop. */
  static String reason(TextFormat.ParseException e) {
    String message =
        String.valueOf(e.getMessage()).replaceFirst("^\\d+:\\d+: ", "").replaceAll("\\s+", " ");
    String whole = NOT_A_NUMBER.matcher(message).replaceAll("'$1' is not a number");
    return whole.endsWith(".") ? whole.substring(0, whole.length() - 1) : whole;
  }
}
