package io.stitchflow.tensors;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Tensors of one shape, with labels, read from where the file is mapped into memory; safe for use
 * by several threads. Written by {@link TensorFileWriter}.
 *
 * <p>Closing unmaps the file, after the reads that go on; every later read throws.
 */
public final class TensorFile implements Closeable {
  private static final int CONVERT_AT_ONCE = 4096;

  private final Path path;
  private final TensorLayout layout;
  private final int rows;
  private final int rowBytes;

  /** First row of each batch. */
  private final int[] starts;

  private final MappedWindows windows;

  /** Reads share it: a read of what is unmapped would crash the JVM. */
  private final ReadWriteLock lock = new ReentrantReadWriteLock();

  private @Nullable List<IpcBatch> batches;

  private TensorFile(Path path, IpcFileReader.Content content) {
    this.path = path;
    this.layout = content.layout();
    this.windows = content.windows();
    List<IpcBatch> batches = content.batches();
    this.rowBytes = layout.rowBytes();
    this.starts = new int[batches.size()];
    int start = 0;
    for (int i = 0; i < starts.length; i++) {
      starts[i] = start;
      start = Math.addExact(start, batches.get(i).rows());
    }
    this.rows = start;
    this.batches = List.copyOf(batches);
  }

  /**
   * Maps {@code file} and checks its layout, not its numbers.
   *
   * @throws DamagedFileException if it is not a whole tensor file
   */
  public static TensorFile open(Path file) throws IOException {
    return open(file, IpcFileReader.MAP_BYTES);
  }

  /** Whether a file begins as an Arrow IPC file does, which tensor files are. */
  public static boolean isArrow(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return Arrays.equals(in.readNBytes(IpcFileWriter.MAGIC.length), IpcFileWriter.MAGIC);
    }
  }

  /**
   * Maps a file that a user gave.
   *
   * @throws InvalidFileException if it is not a whole tensor file
   */
  public static TensorFile openForeign(Path file) throws IOException {
    try {
      return open(file);
    } catch (DamagedFileException e) {
      throw new InvalidFileException(file, "not a whole Arrow file of a representation", e);
    }
  }

  /** Maps at most {@code mapBytes} at once, unless one batch is larger. */
  static TensorFile open(Path file, long mapBytes) throws IOException {
    return new TensorFile(file, IpcFileReader.read(file, mapBytes));
  }

  /** Name of the tensor column. */
  public String column() {
    return layout.column();
  }

  /** Of one row. */
  public List<Integer> shape() {
    return layout.shape();
  }

  /** One for each dimension of a row. */
  public List<String> dimNames() {
    return layout.dimNames();
  }

  public Element element() {
    return layout.element();
  }

  public int rows() {
    return rows;
  }

  public int elementsPerRow() {
    return layout.elementsPerRow();
  }

  /** Of the schema, sorted. */
  public Map<String, String> metadata() {
    return layout.metadata();
  }

  /** Labels are at least 0 and below this, 256 or 65,536. */
  public int mostClasses() {
    return layout.mostClasses();
  }

  /** At least 0 and below {@link #mostClasses}. */
  public int label(int row) {
    Objects.checkIndex(row, rows);
    int batch = batchOf(row);
    int place = row - starts[batch];
    return layout.labelBytes() == 1
        ? Byte.toUnsignedInt(reading(open -> open.get(batch).labels().get(place)))
        : Short.toUnsignedInt(
            reading(open -> open.get(batch).labels().getShort(place * Short.BYTES)));
  }

  /** Whether each row has an identity. */
  public boolean hasIdentities() {
    return layout.identities() != null;
  }

  /**
   * The identity of a row for people; see {@link IdentityType#text}.
   *
   * @throws IllegalStateException if rows have none
   */
  public String identity(int row) {
    Objects.checkIndex(row, rows);
    @Nullable IdentityType type = layout.identities();
    if (type == null) {
      throw new IllegalStateException(path + " has no identities of rows");
    }
    int batch = batchOf(row);
    int place = row - starts[batch];
    return reading(
        open -> type.text(open.get(batch).identities().slice(place * type.bytes(), type.bytes())));
  }

  /**
   * Copies the rows {@code rows[from]} to {@code rows[from + count - 1]}, in that order, as float32
   * to {@code target}: numbers of {@link Element#UINT8} as they are, 0 to 255.
   *
   * @param target cleared, made little-endian, filled from 0 and limited to what was copied
   * @throws IllegalArgumentException if the target is too small
   * @throws IndexOutOfBoundsException if there is no such row
   */
  public void gatherFloats(int[] rows, int from, int count, ByteBuffer target) {
    Objects.checkFromIndexSize(from, count, rows.length);
    prepare(target, count, Float.BYTES);
    reading(
        open -> {
          for (int i = from; i < from + count; i++) {
            int row = Objects.checkIndex(rows[i], this.rows);
            int batch = batchOf(row);
            copyFloats(open.get(batch), row - starts[batch], 1, target);
          }
          return target.flip();
        });
  }

  /** As {@link #gatherFloats}, for the rows {@code from} to {@code from + count - 1}. */
  public void readFloats(int from, int count, ByteBuffer target) {
    Objects.checkFromIndexSize(from, count, rows);
    prepare(target, count, Float.BYTES);
    reading(
        open -> {
          forEachPart(
              from, count, (batch, start, n) -> copyFloats(open.get(batch), start, n, target));
          return target.flip();
        });
  }

  /**
   * Copies the rows {@code from} to {@code from + count - 1} of a file of {@link Element#UINT8}.
   *
   * @param target cleared, filled from 0 and limited to what was copied
   * @throws IllegalArgumentException if the target is too small or the file is of another element
   * @throws IndexOutOfBoundsException if there is no such row
   */
  public void readBytes(int from, int count, ByteBuffer target) {
    if (element() != Element.UINT8) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s is of %s, not UINT8; use readFloats", path, element()));
    }
    Objects.checkFromIndexSize(from, count, rows);
    prepare(target, count, 1);
    reading(
        open -> {
          forEachPart(
              from,
              count,
              (batch, start, n) -> copyBytes(open.get(batch).tensors(), start, n, target));
          return target.flip();
        });
  }

  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      batches = null;
      windows.close();
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** Reads from the maps while they stay. */
  private <T> T reading(Function<List<IpcBatch>, T> read) {
    lock.readLock().lock();
    try {
      List<IpcBatch> open = batches;
      if (open == null) {
        throw new IllegalStateException(path + " is closed");
      }
      return read.apply(open);
    } finally {
      lock.readLock().unlock();
    }
  }

  private interface Part {
    void copy(int batch, int start, int count);
  }

  private void forEachPart(int from, int count, Part part) {
    int row = from;
    while (row < from + count) {
      int batch = batchOf(row);
      int end = batch + 1 < starts.length ? starts[batch + 1] : rows;
      int n = Math.min(end, from + count) - row;
      part.copy(batch, row - starts[batch], n);
      row += n;
    }
  }

  private void copyFloats(IpcBatch batch, int start, int count, ByteBuffer target) {
    switch (element()) {
      case FLOAT32 -> copyBytes(batch.tensors(), start, count, target);
      case FLOAT16 -> decodeHalves(batch.tensors(), start, count, target);
      case UINT8 -> widenBytes(batch.tensors(), start, count, target);
    }
  }

  private void copyBytes(ByteBuffer tensors, int start, int count, ByteBuffer target) {
    int bytes = count * rowBytes;
    target.put(target.position(), tensors, start * rowBytes, bytes);
    target.position(target.position() + bytes);
  }

  private void decodeHalves(ByteBuffer tensors, int start, int count, ByteBuffer target) {
    ShortBuffer halves = tensors.asShortBuffer();
    FloatBuffer out = target.asFloatBuffer();
    int end = (start + count) * elementsPerRow();
    short[] from = new short[CONVERT_AT_ONCE];
    float[] to = new float[CONVERT_AT_ONCE];
    for (int i = start * elementsPerRow(); i < end; i += CONVERT_AT_ONCE) {
      int n = Math.min(CONVERT_AT_ONCE, end - i);
      halves.get(i, from, 0, n);
      Float16.decode(from, to, n);
      out.put(to, 0, n);
    }
    target.position(target.position() + out.position() * Float.BYTES);
  }

  private void widenBytes(ByteBuffer tensors, int start, int count, ByteBuffer target) {
    FloatBuffer out = target.asFloatBuffer();
    int end = (start + count) * rowBytes;
    byte[] from = new byte[CONVERT_AT_ONCE];
    float[] to = new float[CONVERT_AT_ONCE];
    for (int i = start * rowBytes; i < end; i += CONVERT_AT_ONCE) {
      int n = Math.min(CONVERT_AT_ONCE, end - i);
      tensors.get(i, from, 0, n);
      for (int j = 0; j < n; j++) {
        to[j] = from[j] & 0xff;
      }
      out.put(to, 0, n);
    }
    target.position(target.position() + out.position() * Float.BYTES);
  }

  private void prepare(ByteBuffer target, int count, int elementBytes) {
    long bytes = (long) count * elementsPerRow() * elementBytes;
    if (target.capacity() < bytes) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s rows of %s need %s bytes, but the target has %s",
              count,
              shape(),
              bytes,
              target.capacity()));
    }
    target.clear().order(ByteOrder.LITTLE_ENDIAN);
  }

  private int batchOf(int row) {
    int found = Arrays.binarySearch(starts, row);
    return found >= 0 ? found : -found - 2;
  }
}
