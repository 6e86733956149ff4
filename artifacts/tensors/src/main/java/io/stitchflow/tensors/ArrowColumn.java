package io.stitchflow.tensors;

import static io.stitchflow.tensors.Checks.check;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.jspecify.annotations.Nullable;

/** A column of an {@link ArrowTable}, with its values. */
public final class ArrowColumn {
  private static final ByteBuffer NO_BYTES = ByteBuffer.allocate(0);

  private final IpcField field;
  private final int rows;
  private final int nulls;
  private final List<ByteBuffer> buffers;

  private ArrowColumn(IpcField field, int rows, int nulls, List<ByteBuffer> buffers) {
    check(!field.name().isBlank(), "a column needs a name");
    this.field = field;
    this.rows = rows;
    this.nulls = nulls;
    this.buffers = buffers;
  }

  /** A column of texts. */
  public static ArrowColumn strings(String name, List<String> values) {
    List<byte[]> texts =
        values.stream().map(value -> value.getBytes(StandardCharsets.UTF_8)).toList();
    long bytes = texts.stream().mapToLong(text -> text.length).sum();
    check(bytes <= Integer.MAX_VALUE, "the texts of column '%s' take over 2 GiB", name);
    ByteBuffer offsets = allocate((texts.size() + 1) * Integer.BYTES);
    ByteBuffer characters = allocate((int) bytes);
    offsets.putInt(0);
    for (byte[] text : texts) {
      characters.put(text);
      offsets.putInt(characters.position());
    }
    IpcField field = new IpcField(name, new ArrowType.Utf8(), false);
    return new ArrowColumn(
        field, values.size(), 0, List.of(NO_BYTES, offsets.flip(), characters.flip()));
  }

  /** A column of float64, where null stands for a value that is not known. */
  public static ArrowColumn doubles(String name, List<@Nullable Double> values) {
    ByteBuffer present = allocate((values.size() + Byte.SIZE - 1) / Byte.SIZE);
    ByteBuffer numbers = allocate(values.size() * Double.BYTES);
    int nulls = 0;
    for (int row = 0; row < values.size(); row++) {
      Double value = values.get(row);
      if (value == null) {
        nulls++;
        numbers.putLong(0); // undefined by the format, but bytes must not be
      } else {
        int bit = 1 << (row % Byte.SIZE);
        present.put(row / Byte.SIZE, (byte) (present.get(row / Byte.SIZE) | bit));
        numbers.putLong(Double.doubleToLongBits(value)); // one NaN for all
      }
    }
    ArrowType type = new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
    List<ByteBuffer> buffers = List.of(nulls == 0 ? NO_BYTES : present, numbers.flip());
    return new ArrowColumn(new IpcField(name, type, true), values.size(), nulls, buffers);
  }

  /** A column of int64. */
  public static ArrowColumn longs(String name, List<Long> values) {
    ByteBuffer numbers = allocate(values.size() * Long.BYTES);
    values.forEach(numbers::putLong);
    IpcField field = new IpcField(name, new ArrowType.Int(Long.SIZE, true), false);
    return new ArrowColumn(field, values.size(), 0, List.of(NO_BYTES, numbers.flip()));
  }

  public String name() {
    return field.name();
  }

  public int rows() {
    return rows;
  }

  IpcField field() {
    return field;
  }

  IpcFileWriter.Node node() {
    return new IpcFileWriter.Node(rows, nulls);
  }

  /** In the order of the format, each from position 0. */
  List<ByteBuffer> buffers() {
    return buffers.stream().map(ByteBuffer::duplicate).toList();
  }

  private static ByteBuffer allocate(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
