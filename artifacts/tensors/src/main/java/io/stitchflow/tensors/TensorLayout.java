package io.stitchflow.tensors;

import static io.stitchflow.tensors.Checks.check;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FixedSizeBinary;
import org.apache.arrow.flatbuf.FixedSizeList;
import org.apache.arrow.flatbuf.FloatingPoint;
import org.apache.arrow.flatbuf.Int;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Precision;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.flatbuf.Type;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.jspecify.annotations.Nullable;

/**
 * The columns of a tensor file: {@code column}, one tensor of {@code shape} a row as an {@code
 * arrow.fixed_shape_tensor}, {@code label}, uint8, or uint16 where labels need it, and, where rows
 * have identities, {@code id}, int64, uint64 or a fixed-size binary.
 *
 * @param labelBytes 1 or 2
 * @param identities null where rows have none
 */
record TensorLayout(
    String column,
    List<Integer> shape,
    List<String> dimNames,
    Element element,
    int labelBytes,
    @Nullable IdentityType identities,
    SortedMap<String, String> metadata) {

  static final String LABEL = "label";
  static final String ID = "id";
  private static final int COLUMNS = 2;
  private static final int MOST_CLASSES_OF_A_BYTE = 1 << Byte.SIZE;
  private static final int MOST_CLASSES = 1 << Short.SIZE;
  static final String EXTENSION_NAME = "ARROW:extension:name";
  static final String EXTENSION_METADATA = "ARROW:extension:metadata";
  static final String FIXED_SHAPE_TENSOR = "arrow.fixed_shape_tensor";
  private static final ObjectMapper JSON = new ObjectMapper();

  TensorLayout {
    shape = List.copyOf(shape);
    dimNames = List.copyOf(dimNames);
    metadata = Collections.unmodifiableSortedMap(new TreeMap<>(metadata));
    check(
        !column.isBlank() && !column.equals(LABEL) && !column.equals(ID),
        "the column cannot be called '%s'",
        column);
    check(
        !shape.isEmpty() && shape.stream().allMatch(size -> size > 0),
        "a shape needs sizes above 0, but was: %s",
        shape);
    check(
        shape.size() == dimNames.size(),
        "each of the dimensions %s needs a name, but the names were: %s",
        shape,
        dimNames);
    long bytes = element.bytes();
    for (int size : shape) {
      bytes *= size;
      check(bytes <= Integer.MAX_VALUE, "a row of %s %s is over 2 GiB", shape, element);
    }
  }

  /**
   * Bytes of a label.
   *
   * @param classes labels are below this
   */
  static int labelBytes(int classes) {
    check(
        classes > 0 && classes <= MOST_CLASSES,
        "labels are below a number of classes from 1 to %s, but it was: %s",
        MOST_CLASSES,
        classes);
    return classes <= MOST_CLASSES_OF_A_BYTE ? 1 : Short.BYTES;
  }

  /** Labels are below this. */
  int mostClasses() {
    return 1 << (labelBytes * Byte.SIZE);
  }

  int elementsPerRow() {
    return shape.stream().mapToInt(Integer::intValue).reduce(1, (a, b) -> a * b);
  }

  int rowBytes() {
    return elementsPerRow() * element.bytes();
  }

  /** Of the identity of a row; 0 where rows have none. */
  int identityBytes() {
    return identities == null ? 0 : identities.bytes();
  }

  List<IpcField> fields() {
    ObjectNode extension = JSON.createObjectNode();
    shape.forEach(extension.putArray("shape")::add);
    dimNames.forEach(extension.putArray("dim_names")::add);
    SortedMap<String, String> pairs = new TreeMap<>();
    pairs.put(EXTENSION_METADATA, extension.toString());
    pairs.put(EXTENSION_NAME, FIXED_SHAPE_TENSOR);
    IpcField item = new IpcField("item", type(element), false);
    ArrowType list = new ArrowType.FixedSizeList(elementsPerRow());
    List<IpcField> fields = new ArrayList<>();
    fields.add(new IpcField(column, list, false, List.of(item), pairs));
    fields.add(new IpcField(LABEL, new ArrowType.Int(labelBytes * Byte.SIZE, false), false));
    if (identities != null) {
      fields.add(new IpcField(ID, type(identities), false));
    }
    return fields;
  }

  private static ArrowType type(IdentityType identities) {
    return identities.dtype() == Dtype.U8
        ? new ArrowType.FixedSizeBinary(identities.bytes())
        : new ArrowType.Int(Long.SIZE, identities.dtype() == Dtype.I64);
  }

  /**
   * The layout that {@code schema} describes.
   *
   * @throws IllegalArgumentException if it is not that of a tensor file
   */
  static TensorLayout parse(Schema schema) {
    int columns = schema.fieldsLength();
    check(
        columns == COLUMNS || columns == COLUMNS + 1,
        "a tensor file has two or three columns, but this has %s",
        columns);
    Field tensor = schema.fields(0);
    Field label = schema.fields(1);
    int labelBytes = unsignedBytes(label);
    check(
        LABEL.equals(label.name()) && (labelBytes == 1 || labelBytes == Short.BYTES),
        "the second column is not a uint8 or uint16 'label', but '%s'",
        label.name());
    check(
        tensor.typeType() == Type.FixedSizeList && tensor.childrenLength() == 1,
        "column '%s' is not a fixed-size list",
        tensor.name());
    check(
        FIXED_SHAPE_TENSOR.equals(value(tensor, EXTENSION_NAME)),
        "column '%s' is not an %s, but: %s",
        tensor.name(),
        FIXED_SHAPE_TENSOR,
        value(tensor, EXTENSION_NAME));
    Element element = element(tensor.children(0));
    if (element == null) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "column '%s' is not of uint8, float16 or float32", tensor.name()));
    }
    JsonNode extension = json(value(tensor, EXTENSION_METADATA));
    List<Integer> shape = new ArrayList<>();
    List<String> dimNames = new ArrayList<>();
    extension.path("shape").forEach(size -> shape.add(size.isInt() ? size.intValue() : -1));
    extension.path("dim_names").forEach(name -> dimNames.add(name.asText()));
    check(extension.path("permutation").isMissingNode(), "permuted tensors cannot be read");
    SortedMap<String, String> metadata = new TreeMap<>();
    for (int i = 0; i < schema.customMetadataLength(); i++) {
      metadata.put(schema.customMetadata(i).key(), schema.customMetadata(i).value());
    }
    TensorLayout layout =
        new TensorLayout(
            tensor.name(),
            shape,
            dimNames,
            element,
            labelBytes,
            columns == COLUMNS ? null : identities(schema.fields(COLUMNS)),
            metadata);
    int listSize = ((FixedSizeList) tensor.type(new FixedSizeList())).listSize();
    check(
        listSize == layout.elementsPerRow(),
        "shape %s has %s elements, but the lists have %s",
        shape,
        layout.elementsPerRow(),
        listSize);
    return layout;
  }

  private static IdentityType identities(Field field) {
    check(ID.equals(field.name()), "the third column is not 'id', but '%s'", field.name());
    if (field.typeType() == Type.FixedSizeBinary) {
      FixedSizeBinary type = (FixedSizeBinary) field.type(new FixedSizeBinary());
      return new IdentityType(Dtype.U8, type.byteWidth());
    }
    check(field.typeType() == Type.Int, "column 'id' is of neither whole numbers nor bytes");
    Int type = (Int) field.type(new Int());
    return new IdentityType(type.isSigned() ? Dtype.I64 : Dtype.U64, type.bitWidth() / Byte.SIZE);
  }

  /** Of an unsigned integer; 0 for all else. */
  private static int unsignedBytes(Field field) {
    if (field.typeType() != Type.Int) {
      return 0;
    }
    Int type = (Int) field.type(new Int());
    return type.isSigned() ? 0 : type.bitWidth() / Byte.SIZE;
  }

  private static @Nullable Element element(Field field) {
    if (unsignedBytes(field) == 1) {
      return Element.UINT8;
    }
    if (field.typeType() == Type.FloatingPoint) {
      short precision = ((FloatingPoint) field.type(new FloatingPoint())).precision();
      if (precision == Precision.HALF) {
        return Element.FLOAT16;
      }
      return precision == Precision.SINGLE ? Element.FLOAT32 : null;
    }
    return null;
  }

  private static ArrowType type(Element element) {
    return switch (element) {
      case UINT8 -> new ArrowType.Int(8, false);
      case FLOAT16 -> new ArrowType.FloatingPoint(FloatingPointPrecision.HALF);
      case FLOAT32 -> new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);
    };
  }

  /** Of a column's metadata; null if there is none. */
  static @Nullable String value(Field field, String key) {
    for (int i = 0; i < field.customMetadataLength(); i++) {
      KeyValue pair = field.customMetadata(i);
      if (key.equals(pair.key())) {
        return pair.value();
      }
    }
    return null;
  }

  /** The metadata of an extension type. */
  static JsonNode json(@Nullable String text) {
    check(text != null, "%s is missing", EXTENSION_METADATA);
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(EXTENSION_METADATA + " is not JSON: " + text, e);
    }
  }
}
