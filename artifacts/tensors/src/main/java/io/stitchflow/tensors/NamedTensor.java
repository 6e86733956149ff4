package io.stitchflow.tensors;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * An array with a name, such as a network's parameter.
 *
 * @param shape empty for a single number
 * @param data row by row, little-endian; each call returns a view of its own, from position 0
 */
public record NamedTensor(String name, Dtype dtype, List<Integer> shape, ByteBuffer data) {
  public NamedTensor {
    shape = List.copyOf(shape);
    checkSize(name, dtype, shape, data.remaining());
    data = data.slice();
  }

  /**
   * Checks that a tensor has as many bytes as its numbers take.
   *
   * @throws IllegalArgumentException if it has not, or a size is negative
   */
  static void checkSize(String name, Dtype dtype, List<Integer> shape, long dataBytes) {
    long bytes = dtype.bytes();
    for (int size : shape) {
      if (size < 0) {
        throw new IllegalArgumentException(
            String.format(Locale.ROOT, "tensor '%s' has a size below 0: %s", name, shape));
      }
      if (Math.multiplyHigh(bytes, size) != 0 || bytes * size < 0) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "tensor '%s' of %s %s takes more than 2^63 bytes, but the data has %s",
                name,
                dtype,
                shape,
                dataBytes));
      }
      bytes *= size;
    }
    if (bytes != dataBytes) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "tensor '%s' of %s %s takes %s bytes, but the data has %s",
              name,
              dtype,
              shape,
              bytes,
              dataBytes));
    }
  }

  /**
   * The same numbers as F32.
   *
   * @throws IllegalArgumentException if they cannot be had exactly
   */
  public NamedTensor toF32() {
    if (dtype == Dtype.F32) {
      return this;
    }
    if (dtype != Dtype.F16 && dtype != Dtype.BF16) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "tensor '%s' is of %s, and only F32, F16 and BF16 are float32 exactly",
              name,
              dtype));
    }
    ByteBuffer halves = data();
    int count = halves.remaining() / dtype.bytes();
    ByteBuffer floats =
        ByteBuffer.allocate(Math.multiplyExact(count, Dtype.F32.bytes()))
            .order(ByteOrder.LITTLE_ENDIAN);
    while (halves.hasRemaining()) {
      short half = halves.getShort();
      floats.putFloat(
          dtype == Dtype.F16 ? Float16.decode(half) : Float.intBitsToFloat(half << Short.SIZE));
    }
    return new NamedTensor(name, Dtype.F32, shape, floats.flip());
  }

  /**
   * The elements {@code from} to {@code from + count - 1} of the first axis.
   *
   * @throws IndexOutOfBoundsException if there are no such elements
   */
  public NamedTensor rows(int from, int count) {
    Objects.checkFromIndexSize(from, count, shape.get(0));
    List<Integer> rows = new ArrayList<>(shape);
    rows.set(0, count);
    int rowBytes = shape.get(0) == 0 ? 0 : data.remaining() / shape.get(0);
    return new NamedTensor(name, dtype, rows, data.slice(from * rowBytes, count * rowBytes));
  }

  /**
   * The nearest float32 numbers, row by row: F64 is rounded, all others of {@link #toF32} are
   * exact.
   *
   * @throws IllegalArgumentException if the numbers are of another type
   */
  public FloatBuffer floats() {
    if (dtype != Dtype.F64) {
      return toF32().data().asFloatBuffer();
    }
    DoubleBuffer doubles = data().asDoubleBuffer();
    FloatBuffer floats = FloatBuffer.allocate(doubles.remaining());
    while (doubles.hasRemaining()) {
      floats.put((float) doubles.get());
    }
    return floats.flip();
  }

  /**
   * Whole numbers, row by row.
   *
   * @throws IllegalArgumentException if the numbers are of another type
   */
  public long[] integers() {
    ByteBuffer bytes = data();
    long[] integers = new long[bytes.remaining() / dtype.bytes()];
    for (int i = 0; i < integers.length; i++) {
      integers[i] =
          switch (dtype) {
            case I64 -> bytes.getLong();
            case I32 -> bytes.getInt();
            case U32 -> Integer.toUnsignedLong(bytes.getInt());
            case I16 -> bytes.getShort();
            case U16 -> Short.toUnsignedLong(bytes.getShort());
            case I8 -> bytes.get();
            case U8 -> Byte.toUnsignedLong(bytes.get());
            default ->
                throw new IllegalArgumentException(
                    String.format(
                        Locale.ROOT, "tensor '%s' is of %s, not of whole numbers", name, dtype));
          };
    }
    return integers;
  }

  @Override
  public ByteBuffer data() {
    return data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }
}
