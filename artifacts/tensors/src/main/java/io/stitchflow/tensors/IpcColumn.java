package io.stitchflow.tensors;

import static io.stitchflow.tensors.Checks.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FixedSizeBinary;
import org.apache.arrow.flatbuf.FixedSizeList;
import org.apache.arrow.flatbuf.FloatingPoint;
import org.apache.arrow.flatbuf.Int;
import org.apache.arrow.flatbuf.Precision;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flatbuf.Type;
import org.jspecify.annotations.Nullable;

/**
 * A column of an Arrow file whose rows have one shape: numbers, fixed-size lists of them, nested or
 * not, {@code arrow.fixed_shape_tensor}s, or fixed-size binaries, which are bytes.
 *
 * @param shape of a row; empty for one number
 * @param lists sizes of the lists, from the outer to the inner ones
 * @param node the first of a record batch's nodes that is of this column
 * @param buffer the first of its buffers
 */
record IpcColumn(
    String name, Dtype dtype, List<Integer> shape, List<Integer> lists, int node, int buffer) {
  IpcColumn {
    shape = List.copyOf(shape);
    lists = List.copyOf(lists);
    long bytes = dtype.bytes();
    for (int size : shape) {
      check(size >= 0, "column '%s' has rows of a size below 0: %s", name, shape);
      bytes *= size;
      check(bytes <= Integer.MAX_VALUE, "column '%s' has rows of over 2 GiB: %s", name, shape);
    }
  }

  /**
   * The column that a field describes.
   *
   * @throws IllegalArgumentException if its rows have no shape, or its numbers an unknown type
   */
  static IpcColumn of(Field field, int node, int buffer) {
    check(
        field.dictionary() == null,
        "column '%s' is dictionary-encoded; write the values themselves",
        field.name());
    List<Integer> lists = new ArrayList<>();
    Field item = field;
    while (item.typeType() == Type.FixedSizeList && item.childrenLength() == 1) {
      lists.add(((FixedSizeList) item.type(new FixedSizeList())).listSize());
      item = item.children(0);
    }
    if (item.typeType() == Type.FixedSizeBinary && lists.isEmpty()) {
      int bytes = ((FixedSizeBinary) item.type(new FixedSizeBinary())).byteWidth();
      return new IpcColumn(field.name(), Dtype.U8, List.of(bytes), lists, node, buffer);
    }
    @Nullable Dtype dtype = dtype(item);
    if (dtype == null) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "column '%s' is of %s%s; write numbers, fixed-size lists or"
                  + " arrow.fixed_shape_tensor of numbers, or fixed-size binaries",
              field.name(),
              lists.isEmpty() ? "" : "fixed-size lists of ",
              Type.name(item.typeType())));
    }
    return new IpcColumn(field.name(), dtype, shape(field, lists), lists, node, buffer);
  }

  private static List<Integer> shape(Field field, List<Integer> lists) {
    if (!TensorLayout.FIXED_SHAPE_TENSOR.equals(
        TensorLayout.value(field, TensorLayout.EXTENSION_NAME))) {
      return lists;
    }
    JsonNode extension =
        TensorLayout.json(TensorLayout.value(field, TensorLayout.EXTENSION_METADATA));
    List<Integer> shape = new ArrayList<>();
    extension.path("shape").forEach(size -> shape.add(size.isInt() ? size.intValue() : -1));
    long elements = shape.stream().mapToLong(size -> size).reduce(1, (a, b) -> a * b);
    check(
        lists.size() == 1 && elements == lists.get(0),
        "column '%s' has tensors %s in lists of %s",
        field.name(),
        shape,
        lists);
    for (int i = 0; i < extension.path("permutation").size(); i++) {
      check(
          extension.path("permutation").get(i).asInt(-1) == i,
          "column '%s' has permuted tensors; write numpy.ascontiguousarray of them",
          field.name());
    }
    return shape;
  }

  private static @Nullable Dtype dtype(Field field) {
    if (field.typeType() == Type.FloatingPoint) {
      return switch (((FloatingPoint) field.type(new FloatingPoint())).precision()) {
        case Precision.HALF -> Dtype.F16;
        case Precision.SINGLE -> Dtype.F32;
        default -> Dtype.F64;
      };
    }
    if (field.typeType() != Type.Int) {
      return null;
    }
    Int type = (Int) field.type(new Int());
    return switch (type.bitWidth()) {
      case Byte.SIZE -> type.isSigned() ? Dtype.I8 : Dtype.U8;
      case Short.SIZE -> type.isSigned() ? Dtype.I16 : Dtype.U16;
      case Integer.SIZE -> type.isSigned() ? Dtype.I32 : Dtype.U32;
      default -> type.isSigned() ? Dtype.I64 : Dtype.U64;
    };
  }

  long rowBytes() {
    return shape.stream().mapToLong(size -> size).reduce(dtype.bytes(), (a, b) -> a * b);
  }

  /**
   * Where its numbers start in the body of a record batch.
   *
   * @throws IllegalArgumentException if they are not there, or some are null
   */
  long start(RecordBatch batch, long bodyBytes) {
    long values = batch.length();
    for (int i = 0; i <= lists.size(); i++) {
      check(
          batch.nodes(node + i).length() == values,
          "column '%s' has %s values in place of %s",
          name,
          batch.nodes(node + i).length(),
          values);
      check(
          batch.nodes(node + i).nullCount() == 0,
          "column '%s' has %s nulls; write a value in each row",
          name,
          batch.nodes(node + i).nullCount());
      values *= i < lists.size() ? lists.get(i) : 1;
    }
    // Each list has a validity, and so have the numbers
    int numbers = buffer + lists.size() + 1;
    return IpcFile.start(
        batch.buffers(numbers), Math.multiplyExact(batch.length(), rowBytes()), bodyBytes);
  }
}
