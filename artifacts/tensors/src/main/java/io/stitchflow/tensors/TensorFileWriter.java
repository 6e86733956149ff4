package io.stitchflow.tensors;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes tensors of one shape, with labels and, if wanted, an identity of each row, as an Arrow IPC
 * file. The bytes depend on the content only, not on how it was split into writes, and so does the
 * memory: one record batch of about 8 MiB, at least one row.
 *
 * <p>Closing completes the file with the rows so far: a writer that fails between two writes must
 * not publish it. After a failed write it stays incomplete, and no reader opens it.
 */
public final class TensorFileWriter implements Closeable {
  private static final int BATCH_BYTES = 8 << 20;
  private static final int ENCODE_AT_ONCE = 4096;
  private static final ByteBuffer NO_BYTES = ByteBuffer.allocate(0);

  private final TensorLayout layout;
  private final IpcFileWriter file;
  private final int rowBytes;
  private final ByteBuffer rows;
  private final ByteBuffer labels;
  private final ByteBuffer identities;
  private boolean failed;
  private boolean closed;

  private TensorFileWriter(TensorLayout layout, IpcFileWriter file) {
    this.layout = layout;
    this.file = file;
    this.rowBytes = layout.rowBytes();
    int rowsPerBatch = Math.max(1, BATCH_BYTES / (rowBytes + layout.identityBytes()));
    this.rows = ByteBuffer.allocateDirect(rowsPerBatch * rowBytes).order(ByteOrder.LITTLE_ENDIAN);
    this.labels =
        ByteBuffer.allocateDirect(rowsPerBatch * layout.labelBytes())
            .order(ByteOrder.LITTLE_ENDIAN);
    this.identities = ByteBuffer.allocateDirect(rowsPerBatch * layout.identityBytes());
  }

  /**
   * Starts {@code file}, overwriting what is there.
   *
   * @param column name of the tensor column, such as {@code representation}
   * @param shape of one row, without the rows, such as [64, 32, 32]
   * @param dimNames one for each dimension, such as C, H, W
   * @param classes labels are below this; 65,536 at most
   * @param metadata of the schema
   * @throws IllegalArgumentException if names, shape and dimensions do not fit together
   */
  public static TensorFileWriter create(
      Path file,
      String column,
      List<Integer> shape,
      List<String> dimNames,
      Element element,
      int classes,
      SortedMap<String, String> metadata)
      throws IOException {
    return create(file, column, shape, dimNames, element, classes, null, metadata);
  }

  /**
   * As above, with an identity of each row.
   *
   * @param identities null for none
   */
  public static TensorFileWriter create(
      Path file,
      String column,
      List<Integer> shape,
      List<String> dimNames,
      Element element,
      int classes,
      @Nullable IdentityType identities,
      SortedMap<String, String> metadata)
      throws IOException {
    TensorLayout layout =
        new TensorLayout(
            column,
            shape,
            dimNames,
            element,
            TensorLayout.labelBytes(classes),
            identities,
            metadata);
    return new TensorFileWriter(
        layout, IpcFileWriter.create(file, layout.fields(), layout.metadata()));
  }

  /**
   * Appends rows that are already stored as {@code element}, little-endian. Consumes {@code
   * newRows}.
   *
   * @param newRows [rows, shape...]
   * @param newLabels one for each row
   * @throws IllegalArgumentException if there are not as many labels as whole rows, a label is not
   *     below the number of classes, or rows need identities
   */
  public void write(ByteBuffer newRows, int... newLabels) throws IOException {
    append(newRows, newLabels, NO_BYTES, rowBytes, rows::put);
  }

  /**
   * As {@link #write(ByteBuffer, int...)}, with identities. Consumes both.
   *
   * @param newIdentities [rows, bytes], as their type says
   */
  public void write(ByteBuffer newRows, ByteBuffer newIdentities, int... newLabels)
      throws IOException {
    append(newRows, newLabels, newIdentities, rowBytes, rows::put);
  }

  /**
   * Appends rows of float32, little-endian; rounds them to the nearest where the file is of {@link
   * Element#FLOAT16}. Consumes {@code newRows}.
   *
   * @param newRows [rows, shape...]
   * @param newLabels one for each row
   * @throws IllegalArgumentException as {@link #write(ByteBuffer, int...)}, or if the file is of
   *     {@link Element#UINT8}
   */
  public void writeFloats(ByteBuffer newRows, int... newLabels) throws IOException {
    switch (layout.element()) {
      case FLOAT32 -> write(newRows, newLabels);
      case FLOAT16 ->
          append(
              newRows,
              newLabels,
              NO_BYTES,
              layout.elementsPerRow() * (long) Float.BYTES,
              part -> encode(part.asFloatBuffer()));
      case UINT8 ->
          throw new IllegalArgumentException(
              "the file is of UINT8, which cannot hold floats; use write");
    }
  }

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try (file) {
      if (!failed) {
        flush();
        file.finish();
      }
    }
  }

  private void append(
      ByteBuffer newRows,
      int[] newLabels,
      ByteBuffer newIdentities,
      long newRowBytes,
      Consumer<ByteBuffer> copy)
      throws IOException {
    if (newRows.remaining() != newLabels.length * newRowBytes) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s labels need rows of %s bytes each, but there are %s bytes",
              newLabels.length,
              newRowBytes,
              newRows.remaining()));
    }
    if (newIdentities.remaining() != newLabels.length * layout.identityBytes()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s labels need identities of %s bytes each, but there are %s bytes",
              newLabels.length,
              layout.identityBytes(),
              newIdentities.remaining()));
    }
    for (int label : newLabels) {
      if (label < 0 || label >= layout.mostClasses()) {
        throw new IllegalArgumentException(
            String.format(Locale.ROOT, "label %d is not in [0, %d)", label, layout.mostClasses()));
      }
    }
    if (closed || failed) {
      throw new IllegalStateException("the file is closed or failed before");
    }
    int from = 0;
    while (from < newLabels.length) {
      int count = Math.min(newLabels.length - from, labels.remaining() / layout.labelBytes());
      int bytes = (int) (count * newRowBytes);
      copy.accept(newRows.slice(newRows.position(), bytes).order(ByteOrder.LITTLE_ENDIAN));
      newRows.position(newRows.position() + bytes);
      for (int label : Arrays.copyOfRange(newLabels, from, from + count)) {
        put(label);
      }
      int identityBytes = count * layout.identityBytes();
      identities.put(newIdentities.slice(newIdentities.position(), identityBytes));
      newIdentities.position(newIdentities.position() + identityBytes);
      from += count;
      if (!labels.hasRemaining()) {
        flush();
      }
    }
  }

  private void put(int label) {
    if (layout.labelBytes() == 1) {
      labels.put((byte) label);
    } else {
      labels.putShort((short) label);
    }
  }

  private void encode(FloatBuffer from) {
    float[] values = new float[Math.min(ENCODE_AT_ONCE, from.remaining())];
    short[] halves = new short[values.length];
    ShortBuffer to = rows.asShortBuffer();
    while (from.hasRemaining()) {
      int count = Math.min(values.length, from.remaining());
      from.get(values, 0, count);
      Float16.encode(values, halves, count);
      to.put(halves, 0, count);
    }
    rows.position(rows.position() + to.position() * Short.BYTES);
  }

  private void flush() throws IOException {
    int count = labels.position() / layout.labelBytes();
    if (count == 0) {
      return;
    }
    failed = true; // until the batch is whole in the file
    List<IpcFileWriter.Node> nodes = new ArrayList<>();
    nodes.add(new IpcFileWriter.Node(count, 0));
    nodes.add(new IpcFileWriter.Node((long) count * layout.elementsPerRow(), 0));
    nodes.add(new IpcFileWriter.Node(count, 0));
    // Without nulls a validity buffer may be left out
    List<ByteBuffer> buffers =
        new ArrayList<>(List.of(NO_BYTES, NO_BYTES, rows.flip(), NO_BYTES, labels.flip()));
    if (layout.identities() != null) {
      nodes.add(new IpcFileWriter.Node(count, 0));
      buffers.addAll(List.of(NO_BYTES, identities.flip()));
    }
    file.writeBatch(count, nodes, buffers);
    rows.clear();
    labels.clear();
    identities.clear();
    failed = false;
  }
}
