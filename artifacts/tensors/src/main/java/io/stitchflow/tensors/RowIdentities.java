package io.stitchflow.tensors;

import static io.stitchflow.tensors.Checks.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Identities of rows, from an array: whole numbers [rows], or bytes [rows, bytes]. A block of them
 * is in memory at a time. Several rows may have one identity.
 */
public final class RowIdentities {
  private static final Set<Dtype> NUMBERS =
      EnumSet.of(
          Dtype.I64, Dtype.U64, Dtype.I32, Dtype.U32, Dtype.I16, Dtype.U16, Dtype.I8, Dtype.U8);
  private static final int OF_BYTES = 2;
  private static final int ROWS_IN_BLOCK = 1 << 12;

  private final NamedArrays arrays;
  private final String name;
  private final int rows;
  private final IdentityType type;
  private ByteBuffer block = ByteBuffer.allocate(0);
  private int start;

  private RowIdentities(NamedArrays arrays, String name, IdentityType type) {
    this.arrays = arrays;
    this.name = name;
    this.rows = arrays.shape(name).get(0);
    this.type = type;
  }

  /**
   * The identities in an array.
   *
   * @param rows how many there must be
   * @param of the array that has so many
   * @throws IllegalArgumentException if the array has another type or shape
   */
  public static RowIdentities of(NamedArrays arrays, String name, int rows, String of) {
    @Nullable String unknown = arrays.unknownDtype(name);
    check(
        unknown == null && NUMBERS.contains(arrays.dtype(name)),
        "%s is of %s; write whole numbers [rows], or bytes [rows, bytes] as U8",
        arrays.title(name),
        unknown == null ? arrays.dtype(name) : "'" + unknown + "'");
    Dtype dtype = arrays.dtype(name);
    List<Integer> shape = arrays.shape(name);
    boolean bytes = shape.size() == OF_BYTES && dtype == Dtype.U8;
    check(
        shape.size() == 1 || bytes,
        "%s is %s of %s; write whole numbers [rows], or bytes [rows, bytes] as U8",
        arrays.title(name),
        shape,
        dtype);
    check(
        shape.get(0) == rows,
        "%s is %s, but %s has %s rows; write an identity a row",
        arrays.title(name),
        shape,
        arrays.title(of),
        rows);
    check(
        !bytes || (shape.get(1) > 0 && shape.get(1) <= IdentityType.MOST_BYTES),
        "%s is %s; write from 1 to %s bytes a row",
        arrays.title(name),
        shape,
        IdentityType.MOST_BYTES);
    IdentityType type =
        bytes
            ? new IdentityType(Dtype.U8, shape.get(1))
            : new IdentityType(dtype == Dtype.U64 ? Dtype.U64 : Dtype.I64, Long.BYTES);
    return new RowIdentities(arrays, name, type);
  }

  public IdentityType type() {
    return type;
  }

  /** The identity of a row, until the next call. */
  public ByteBuffer row(int row) throws IOException {
    Objects.checkIndex(row, rows);
    int place = row - start;
    if (place < 0 || place >= block.capacity() / type.bytes()) {
      start = row - row % ROWS_IN_BLOCK;
      place = row - start;
      block = read(arrays.rows(name, start, Math.min(ROWS_IN_BLOCK, rows - start)));
    }
    return block.slice(place * type.bytes(), type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
  }

  private ByteBuffer read(NamedTensor from) {
    if (type.dtype() == Dtype.U8 || from.dtype() == Dtype.U64) {
      return from.data();
    }
    long[] numbers = from.integers();
    ByteBuffer longs =
        ByteBuffer.allocate(numbers.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    longs.asLongBuffer().put(numbers);
    return longs;
  }

  /** The identity of a row for people; see {@link IdentityType#text}. */
  public String text(int row) throws IOException {
    return type.text(row(row));
  }
}
