package io.stitchflow.content;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ActionResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The key of an action: the SHA-256 of its canonical bytes, which say everything that can change
 * its result.
 *
 * <p>The canonical bytes are the action in protobuf's wire format, fields in the order of their
 * numbers, doubles as their bits, fields at their default left out. They parse back to an equal
 * action, so two actions that differ never share them. What has no single meaning in that format is
 * refused: maps (no order), unknown fields and enum numbers (another version's), NaN (many bit
 * patterns), text that is not an Unicode (written as '?').
 */
public final class ActionKeys {
  /** Of the messages that come in thousands. */
  private static final Map<Descriptor, CanonicalBytes> PLAIN =
      Stream.of(Action.getDescriptor(), ActionResult.getDescriptor())
          .collect(Collectors.toUnmodifiableMap(type -> type, CanonicalBytes::of));

  /** A longer file is not an action: this is enough for a million inputs. */
  public static final int MOST_BYTES = 64 << 20;

  private ActionKeys() {}

  /**
   * The key of the action.
   *
   * @throws IllegalArgumentException if the action has something without a canonical form, naming
   *     the field
   */
  public static Digest key(Action action) {
    return Digest.of(canonicalBytes(action));
  }

  /**
   * What is hashed to the key.
   *
   * @throws IllegalArgumentException if the action has something without a canonical form, naming
   *     the field
   */
  public static byte[] canonicalBytes(Action action) {
    return canonicalBytes((Message) action);
  }

  public static byte[] canonicalBytes(Message message) {
    byte[] bytes = new byte[message.getSerializedSize()];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.useDeterministicSerialization();
    try {
      message.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException("memory never fails to be written", e);
    }
    out.checkNoSpaceLeft();
    CanonicalBytes plain = PLAIN.get(message.getDescriptorForType());
    if (plain == null || !plain.isPlain(bytes)) {
      check(message, message.getDescriptorForType().getName());
    }
    return bytes;
  }

  private static void check(Message message, String path) {
    if (!message.getUnknownFields().asMap().isEmpty()) {
      throw new IllegalArgumentException(
          path
              + ": has unknown fields, numbers "
              + message.getUnknownFields().asMap().keySet()
              + "; they come from another version of the program");
    }
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      if (field.isMapField()) {
        throw new IllegalArgumentException(
            path
                + "."
                + field.getName()
                + ": is a map, which has no order; use a repeated message");
      }
    }
    for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
      FieldDescriptor field = entry.getKey();
      String fieldPath = path + "." + field.getName();
      if (field.isRepeated()) {
        int i = 0;
        for (Object value : (List<?>) entry.getValue()) {
          checkValue(value, fieldPath + "[" + i++ + "]");
        }
      } else {
        checkValue(entry.getValue(), fieldPath);
      }
    }
  }

  private static void checkValue(Object value, String path) {
    if (value instanceof Message message) {
      check(message, path);
    } else if ((value instanceof Double number && number.isNaN())
        || (value instanceof Float single && single.isNaN())) {
      throw new IllegalArgumentException(path + ": is NaN, which no result can depend on");
    } else if (value instanceof EnumValueDescriptor constant && constant.getIndex() < 0) {
      throw new IllegalArgumentException(
          path + ": " + constant.getNumber() + " is not a known " + constant.getType().getName());
    } else if (value instanceof String text && !isUnicode(text)) {
      throw new IllegalArgumentException(path + ": has half a surrogate pair: '" + text + "'");
    }
  }

  private static boolean isUnicode(String text) {
    return ByteString.copyFrom(text, StandardCharsets.UTF_8)
        .toString(StandardCharsets.UTF_8)
        .equals(text);
  }
}
