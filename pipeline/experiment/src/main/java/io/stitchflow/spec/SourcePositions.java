package io.stitchflow.spec;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.TextFormatParseInfoTree;
import com.google.protobuf.TextFormatParseLocation;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where each field of an experiment was written. Paths are those of messages: {@code
 * network[0].recipe.epochs}.
 */
final class SourcePositions {
  private final String file;
  private final Map<String, SourcePosition> inFile = new LinkedHashMap<>();

  /** By path without the index of an element. */
  private final Map<String, FieldDescriptor> fields = new HashMap<>();

  /** Of each list, how many elements have known places: {@code [A, B]} has one for all. */
  private final Map<String, Integer> lists = new HashMap<>();

  private final Map<String, SourcePosition> overridden = new LinkedHashMap<>();

  /**
   * @param file as its user calls it
   */
  SourcePositions(String file, Descriptor type, TextFormatParseInfoTree tree) {
    this.file = file;
    add("", type, tree);
  }

  private void add(String prefix, Descriptor type, TextFormatParseInfoTree tree) {
    for (FieldDescriptor field : type.getFields()) {
      List<TextFormatParseLocation> locations = tree.getLocations(field);
      String name = prefix + field.getName();
      if (!locations.isEmpty()) {
        fields.putIfAbsent(name, field);
        lists.merge(name, locations.size(), Math::max);
      }
      for (int i = 0; i < locations.size(); i++) {
        String path = name + (field.isRepeated() ? "[" + i + "]" : "");
        SourcePosition origin =
            SourcePosition.inFile(
                file, locations.get(i).getLine() + 1, locations.get(i).getColumn() + 1);
        // A singular field that is given twice keeps its first place; the second is a problem of
        // its own
        inFile.putIfAbsent(path, origin);
      }
      if (field.getJavaType() == JavaType.MESSAGE) {
        List<TextFormatParseInfoTree> nested = tree.getNestedTrees(field);
        for (int i = 0; i < nested.size(); i++) {
          add(
              name + (field.isRepeated() ? "[" + i + "]" : "") + ".",
              field.getMessageType(),
              nested.get(i));
        }
      }
    }
  }

  /** From now on {@code path} and all within it come from an option. */
  void override(String path, SourcePosition option) {
    overridden.remove(path);
    overridden.put(path, option);
  }

  /** Whether somebody wrote the field, rather than left it at its default. */
  boolean isWritten(String path) {
    return inFile.containsKey(path) || overridden.containsKey(path);
  }

  /** Where the field was written; where it was not, the place of what it would be in. */
  SourcePosition of(String path) {
    @Nullable SourcePosition option = null;
    for (Map.Entry<String, SourcePosition> each : overridden.entrySet()) {
      if (isWithin(path, each.getKey())) {
        option = each.getValue();
      }
    }
    if (option != null) {
      return option;
    }
    for (String at = path; !at.isEmpty(); at = outer(at)) {
      SourcePosition exact = inFile.get(at);
      SourcePosition origin = exact == null ? ofElement(at) : exact;
      if (origin != null) {
        return origin;
      }
    }
    return SourcePosition.inFile(file, 1, 1);
  }

  /** Of a list its first element's place; of an element that of the last known before it. */
  private @Nullable SourcePosition ofElement(String path) {
    if (!path.endsWith("]")) {
      return inFile.get(path + "[0]");
    }
    String list = outer(path);
    int index = Integer.parseInt(path.substring(path.lastIndexOf('[') + 1, path.length() - 1));
    int known = lists.getOrDefault(list, 0);
    return inFile.get(list + "[" + Math.min(index, known - 1) + "]");
  }

  /** The list that an element is in, or what a field is in. */
  private static String outer(String path) {
    int end = path.endsWith("]") ? path.lastIndexOf('[') : path.lastIndexOf('.');
    return end < 0 ? "" : path.substring(0, end);
  }

  /**
   * The field whose value stands at this place of the file.
   *
   * @param index which of the values between brackets it is, from 0
   */
  @Nullable String fieldAt(SourcePosition place, int index) {
    String path = last(place, null);
    if (path == null || index == 0 || !path.endsWith("]")) {
      return path;
    }
    int bracket = path.lastIndexOf('[');
    int first = Integer.parseInt(path.substring(bracket + 1, path.length() - 1));
    return path.substring(0, bracket) + "[" + (first + index) + "]";
  }

  /**
   * The message of this type that was last begun before this place of the file; the empty path is
   * the experiment.
   */
  String messageAt(SourcePosition place, String type) {
    @Nullable String path = last(place, type);
    return path == null ? "" : path + ".";
  }

  /** The field's description; that of its list for an element. */
  FieldDescriptor descriptor(String path) {
    FieldDescriptor field = fields.get(path.endsWith("]") ? outer(path) : path);
    if (field == null) {
      throw new IllegalArgumentException("nothing was written for '" + path + "'");
    }
    return field;
  }

  private @Nullable String last(SourcePosition place, @Nullable String type) {
    @Nullable String last = null;
    @Nullable SourcePosition lastOrigin = null;
    for (Map.Entry<String, SourcePosition> each : inFile.entrySet()) {
      FieldDescriptor field = descriptor(each.getKey());
      boolean candidate =
          type == null
              || (field.getJavaType() == JavaType.MESSAGE
                  && field.getMessageType().getFullName().equals(type));
      boolean later = lastOrigin == null || each.getValue().compareTo(lastOrigin) >= 0;
      if (candidate && later && each.getValue().compareTo(place) <= 0) {
        last = each.getKey();
        lastOrigin = each.getValue();
      }
    }
    return last;
  }

  private static boolean isWithin(String path, String outer) {
    return path.startsWith(outer)
        && (path.length() == outer.length()
            || path.charAt(outer.length()) == '.'
            || path.charAt(outer.length()) == '[');
  }
}
