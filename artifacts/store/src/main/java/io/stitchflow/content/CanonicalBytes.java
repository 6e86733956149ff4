package io.stitchflow.content;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.WireFormat;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells from a message's bytes alone that there is nothing in them without a single meaning. This
 * is the common case, and in it a hundred times as fast as looking at each field of the message.
 */
final class CanonicalBytes {
  /** A field, by what its values may be. */
  private enum Kind {
    INTEGER,
    ENUM,
    DOUBLE,
    TEXT,
    BYTES,
    MESSAGE,
    /** Not told from bytes. */
    OTHER
  }

  /**
   * @param list whether several numbers may stand in one block
   * @param message of a message
   * @param numbers of an enum, one bit each
   */
  private record Field(Kind kind, boolean list, @Nullable CanonicalBytes message, long numbers) {}

  private final @Nullable Field[] fields;

  private CanonicalBytes(Descriptor type, Map<Descriptor, CanonicalBytes> known) {
    known.put(type, this);
    int largest = type.getFields().stream().mapToInt(FieldDescriptor::getNumber).max().orElse(0);
    this.fields = new @Nullable Field[largest + 1];
    for (FieldDescriptor field : type.getFields()) {
      CanonicalBytes message = null;
      if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        message = known.get(field.getMessageType());
        if (message == null) {
          message = new CanonicalBytes(field.getMessageType(), known);
        }
      }
      fields[field.getNumber()] =
          new Field(kind(field), field.isRepeated(), message, numbers(field));
    }
  }

  static CanonicalBytes of(Descriptor type) {
    return new CanonicalBytes(type, new HashMap<>());
  }

  private static Kind kind(FieldDescriptor field) {
    if (field.isMapField()) {
      return Kind.OTHER;
    }
    return switch (field.getType()) {
      case INT32, INT64, UINT32, UINT64, SINT32, SINT64, BOOL -> Kind.INTEGER;
      case ENUM -> Kind.ENUM;
      case DOUBLE -> Kind.DOUBLE;
      case STRING -> Kind.TEXT;
      case BYTES -> Kind.BYTES;
      case MESSAGE -> Kind.MESSAGE;
      default -> Kind.OTHER;
    };
  }

  private static long numbers(FieldDescriptor field) {
    long numbers = 0;
    if (field.getJavaType() == FieldDescriptor.JavaType.ENUM) {
      for (EnumValueDescriptor value : field.getEnumType().getValues()) {
        numbers |=
            value.getNumber() >= 0 && value.getNumber() < Long.SIZE ? 1L << value.getNumber() : 0;
      }
    }
    return numbers;
  }

  /**
   * Whether these bytes, which a message of the type was written as, are surely plain: all fields
   * known, no NaN, no unknown enum number, no '?' that may stand for half a surrogate pair.
   */
  boolean isPlain(byte[] bytes) {
    return new Scan(bytes).message(this, bytes.length);
  }

  private static final class Scan {
    private final byte[] bytes;
    private int at;

    Scan(byte[] bytes) {
      this.bytes = bytes;
    }

    boolean message(CanonicalBytes type, int end) {
      while (at < end) {
        long tag = varint();
        int number = (int) (tag >>> 3);
        Field field = number < type.fields.length ? type.fields[number] : null;
        if (field == null || !value(field, (int) tag & 7)) {
          return false;
        }
      }
      return at == end;
    }

    private boolean value(Field field, int wireType) {
      return switch (wireType) {
        case WireFormat.WIRETYPE_VARINT -> number(field, varint());
        case WireFormat.WIRETYPE_FIXED64 -> number(field);
        case WireFormat.WIRETYPE_LENGTH_DELIMITED -> {
          int length = (int) varint();
          yield block(field, at + length);
        }
        default -> false;
      };
    }

    private boolean block(Field field, int end) {
      CanonicalBytes message = field.message();
      if (message != null) {
        return field.kind() == Kind.MESSAGE && message(message, end);
      }
      switch (field.kind()) {
        case TEXT -> {
          while (at < end) {
            if (bytes[at++] == '?') {
              return false;
            }
          }
          return true;
        }
        case BYTES -> {
          at = end;
          return true;
        }
        default -> {
          if (!field.list()) {
            return false;
          }
          while (at < end) {
            if (!(field.kind() == Kind.DOUBLE ? number(field) : number(field, varint()))) {
              return false;
            }
          }
          return at == end;
        }
      }
    }

    private boolean number(Field field, long value) {
      return switch (field.kind()) {
        case INTEGER -> true;
        case ENUM -> value >= 0 && value < Long.SIZE && (field.numbers() >>> value & 1) == 1;
        default -> false;
      };
    }

    private boolean number(Field field) {
      long bits = 0;
      for (int i = 0; i < Long.BYTES; i++) {
        bits |= (bytes[at++] & 0xFFL) << (Byte.SIZE * i);
      }
      return field.kind() == Kind.DOUBLE && !Double.isNaN(Double.longBitsToDouble(bits));
    }

    private long varint() {
      long value = 0;
      for (int shift = 0; shift < Long.SIZE; shift += 7) {
        byte part = bytes[at++];
        value |= (part & 0x7FL) << shift;
        if (part >= 0) {
          break;
        }
      }
      return value;
    }
  }
}
