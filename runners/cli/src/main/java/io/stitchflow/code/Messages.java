package io.stitchflow.code;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import io.stitchflow.content.Digest;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.Comparison;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How messages are written: names, numbers and types of their fields. Their generated classes are
 * not looked at, so that another protoc changes nothing. Messages that an action is made of are
 * left out.
 */
final class Messages {
  private final List<FileDescriptor> files = new ArrayList<>();
  private final Set<Descriptor> inTheKey = new HashSet<>();

  Messages() {
    FileDescriptor results = Comparison.getDescriptor().getFile();
    files.add(results);
    files.addAll(results.getDependencies());
    collect(Action.getDescriptor(), inTheKey);
  }

  /**
   * Hashes of a message and of all that it is made of, by name.
   *
   * @param className that of a class of {@code io.stitchflow.v1}, such as {@code
   *     Comparison$Builder}
   */
  Map<String, String> of(String className) {
    int nested = className.indexOf('$');
    @Nullable Descriptor message = find(nested < 0 ? className : className.substring(0, nested));
    if (message == null) {
      return Map.of();
    }
    Set<Descriptor> all = new HashSet<>();
    collect(message, all);
    SortedMap<String, String> hashes = new TreeMap<>();
    for (Descriptor each : all) {
      if (!inTheKey.contains(each)) {
        hashes.put("message " + each.getName(), written(each).hex());
      }
    }
    return hashes;
  }

  private @Nullable Descriptor find(String name) {
    for (FileDescriptor file : files) {
      @Nullable Descriptor found = file.findMessageTypeByName(name);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  private static void collect(Descriptor message, Set<Descriptor> all) {
    if (all.add(message)) {
      for (FieldDescriptor field : message.getFields()) {
        if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
          collect(field.getMessageType(), all);
        }
      }
    }
  }

  static Digest written(Descriptor message) {
    StringBuilder text = new StringBuilder();
    for (FieldDescriptor field : message.getFields()) {
      text.append(
          String.format(
              Locale.ROOT,
              "%d %s %s repeated %b packed %b presence %b",
              field.getNumber(),
              field.getName(),
              field.getType(),
              field.isRepeated(),
              field.isPacked(),
              field.hasPresence()));
      if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        text.append(' ').append(field.getMessageType().getFullName());
      }
      if (field.getJavaType() == FieldDescriptor.JavaType.ENUM) {
        for (EnumValueDescriptor value : field.getEnumType().getValues()) {
          text.append(' ').append(value.getNumber()).append(' ').append(value.getName());
        }
      }
      text.append('\n');
    }
    return Digest.of(text.toString().getBytes(StandardCharsets.UTF_8));
  }
}
