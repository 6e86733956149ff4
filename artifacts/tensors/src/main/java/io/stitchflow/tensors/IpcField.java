package io.stitchflow.tensors;

import com.google.flatbuffers.FlatBufferBuilder;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.vector.types.pojo.ArrowType;

/**
 * A column of an Arrow file. Stands in for Arrow's own {@code Field} and {@code Schema}, which copy
 * their metadata into a hash map and so forget its order.
 */
record IpcField(
    String name,
    ArrowType type,
    boolean nullable,
    List<IpcField> children,
    SortedMap<String, String> metadata) {

  IpcField {
    children = List.copyOf(children);
    metadata = Collections.unmodifiableSortedMap(new TreeMap<>(metadata));
  }

  /** A column without children and metadata. */
  IpcField(String name, ArrowType type, boolean nullable) {
    this(name, type, nullable, List.of(), new TreeMap<>());
  }

  /** Adds the schema with these columns to {@code builder} and returns its offset there. */
  static int schema(
      FlatBufferBuilder builder, List<IpcField> fields, SortedMap<String, String> metadata) {
    int columns =
        Schema.createFieldsVector(
            builder, fields.stream().mapToInt(field -> field.add(builder)).toArray());
    int pairs = Schema.createCustomMetadataVector(builder, addPairs(builder, metadata));
    return Schema.createSchema(builder, Endianness.Little, columns, pairs, 0);
  }

  private int add(FlatBufferBuilder builder) {
    int title = builder.createString(name);
    int kind = type.getType(builder);
    int[] inner = children.stream().mapToInt(child -> child.add(builder)).toArray();
    int nested = Field.createChildrenVector(builder, inner);
    int pairs = Field.createCustomMetadataVector(builder, addPairs(builder, metadata));
    byte typeId = type.getTypeID().getFlatbufID();
    return Field.createField(builder, title, nullable, typeId, kind, 0, nested, pairs);
  }

  private static int[] addPairs(FlatBufferBuilder builder, SortedMap<String, String> metadata) {
    int[] pairs = new int[metadata.size()];
    int next = 0;
    for (Map.Entry<String, String> pair : metadata.entrySet()) {
      int key = builder.createString(pair.getKey());
      pairs[next++] = KeyValue.createKeyValue(builder, key, builder.createString(pair.getValue()));
    }
    return pairs;
  }
}
