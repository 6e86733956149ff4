package io.stitchflow.inspect;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.stitchflow.content.Digest;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.Input;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The fields of a message by their paths, with their values in words: {@code recipe.epochs} is
 * {@code 4}, {@code network[a].seed} the seed of the network named a. A field without presence is
 * there at its default too; one with presence only if set.
 */
public final class Fields {
  private static final String INPUT = "input[";

  private Fields() {}

  /** Parameters, then inputs by role as full digests, toolchain, version. */
  public static Map<String, String> of(Action action) {
    Map<String, String> fields = new LinkedHashMap<>();
    for (Map.Entry<FieldDescriptor, Object> entry : action.getAllFields().entrySet()) {
      if (entry.getKey().getRealContainingOneof() != null) {
        add("", (Message) entry.getValue(), fields);
      }
    }
    for (Input input : action.getInputList()) {
      String role = input.getRole();
      for (int i = 2; fields.containsKey(input(role)); i++) {
        role = input.getRole() + "#" + i;
      }
      fields.put(input(role), Digest.from(input.getDigest()).hex());
    }
    if (action.hasToolchain()) {
      add("toolchain.", action.getToolchain(), fields);
    }
    fields.put("version", Integer.toUnsignedString(action.getVersion()));
    return fields;
  }

  /** All fields of any message. */
  public static Map<String, String> of(Message message) {
    Map<String, String> fields = new LinkedHashMap<>();
    add("", message, fields);
    return fields;
  }

  /** The path of the input in the role. */
  static String input(String role) {
    return INPUT + role + "]";
  }

  /** Whether the path is that of an input. */
  public static boolean isInput(String path) {
    return path.startsWith(INPUT);
  }

  private static void add(String prefix, Message message, Map<String, String> fields) {
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      String path = prefix + field.getName();
      if (field.isRepeated()) {
        addAll(path, field, (List<?>) message.getField(field), fields);
      } else if (!field.hasPresence() || message.hasField(field)) {
        addOne(path, field, message.getField(field), fields);
      }
    }
  }

  private static void addOne(
      String path, FieldDescriptor field, Object value, Map<String, String> fields) {
    if (value instanceof Message inner) {
      if (inner.getDescriptorForType().getFields().isEmpty()) {
        fields.put(path, "set");
      }
      add(path + ".", inner, fields);
    } else {
      fields.put(path, value(field, value));
    }
  }

  private static void addAll(
      String path, FieldDescriptor field, List<?> values, Map<String, String> fields) {
    if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
      Set<String> taken = new HashSet<>();
      for (int i = 0; i < values.size(); i++) {
        Message value = (Message) values.get(i);
        String name = name(value);
        String element = !name.isEmpty() && taken.add(name) ? name : Integer.toString(i);
        add(path + "[" + element + "].", value, fields);
      }
      return;
    }
    List<String> texts = new ArrayList<>();
    values.forEach(value -> texts.add(value(field, value)));
    fields.put(path, "[" + String.join(", ", texts) + "]");
  }

  /** {@code a}, or {@code random a} of its random control; empty if it has no name. */
  private static String name(Message message) {
    FieldDescriptor name = message.getDescriptorForType().findFieldByName("name");
    FieldDescriptor random = message.getDescriptorForType().findFieldByName("random");
    if (name == null || name.getJavaType() != FieldDescriptor.JavaType.STRING) {
      return "";
    }
    boolean isRandom = random != null && message.getField(random).equals(true);
    return (isRandom ? "random " : "") + message.getField(name);
  }

  private static String value(FieldDescriptor field, Object value) {
    if (value instanceof EnumValueDescriptor constant) {
      return constant.getName();
    }
    if (value instanceof ByteString bytes) {
      return bytes.size() + " bytes, SHA-256 " + Digest.of(bytes.toByteArray()).brief();
    }
    return switch (field.getType()) {
      case UINT32, FIXED32 -> Integer.toUnsignedString((Integer) value);
      case UINT64, FIXED64 -> Long.toUnsignedString((Long) value);
      default -> value.toString();
    };
  }
}
