package io.stitchflow.tensors;

import static io.stitchflow.tensors.Checks.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flatbuf.Block;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flatbuf.Schema;

/**
 * Finds and maps the record batches of a tensor file. Trusts no number in the file: whatever points
 * outside of it, or says other than the schema, is damage.
 */
final class IpcFileReader {
  /** What is mapped at once: a map must stay below 2 GiB. */
  static final long MAP_BYTES = 1L << 30;

  /**
   * Nodes of a batch: list, items, labels. Buffers: validity of both, items; validity, labels. With
   * identities one node more, and their validity and values.
   */
  private static final int NODES = 3;

  private static final int BUFFERS = 5;
  private static final int TENSOR_BUFFER = 2;
  private static final int LABEL_BUFFER = 4;
  private static final int IDENTITY_BUFFER = 6;

  private final FileChannel channel;
  private final IpcFile file;
  private final long mapBytes;

  private IpcFileReader(FileChannel channel, long mapBytes) throws IOException {
    this.channel = channel;
    this.file = new IpcFile(channel);
    this.mapBytes = mapBytes;
  }

  /** Where a batch lies in the file. */
  private record Extent(
      int rows, long tensors, long labels, long identities, long start, long end) {}

  /** What a file holds: its batches lie in {@code windows}, which the caller closes. */
  record Content(TensorLayout layout, List<IpcBatch> batches, MappedWindows windows) {}

  static Content read(Path path, long mapBytes) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      IpcFileReader reader = new IpcFileReader(channel, mapBytes);
      try {
        Footer footer = reader.file.footer();
        Schema schema = footer.schema();
        check(schema != null, "it has no schema");
        check(footer.dictionariesLength() == 0, "it has dictionaries");
        TensorLayout layout = TensorLayout.parse(schema);
        List<Extent> extents = new ArrayList<>();
        for (int i = 0; i < footer.recordBatchesLength(); i++) {
          extents.add(reader.extent(footer.recordBatches(i), layout));
        }
        return reader.map(extents, layout);
      } catch (RuntimeException e) {
        // The metadata are read without checks by the library, so that a wrong offset in them may
        // show as any of many exceptions
        String reason =
            e.getClass() == IllegalArgumentException.class
                ? e.getMessage()
                : "its metadata are broken";
        throw new DamagedFileException(path, "not a whole tensor file, " + reason, e);
      }
    }
  }

  private Extent extent(Block block, TensorLayout layout) throws IOException {
    RecordBatch batch = file.batch(block);
    long bodyBytes = block.bodyLength();
    check(bodyBytes <= Integer.MAX_VALUE, "a record batch is of 2 GiB or more: %s", bodyBytes);
    long rows = batch.length();
    check(rows > 0 && rows <= bodyBytes, "a record batch has %s rows in %s bytes", rows, bodyBytes);
    check(batch.compression() == null, "it is compressed");
    boolean identified = layout.identities() != null;
    int nodes = identified ? NODES + 1 : NODES;
    check(
        batch.nodesLength() == nodes
            && batch.buffersLength() == (identified ? IDENTITY_BUFFER + 1 : BUFFERS),
        "a record batch has %s columns and children in %s buffers",
        batch.nodesLength(),
        batch.buffersLength());
    for (int i = 0; i < nodes; i++) {
      long expected = i == 1 ? rows * layout.elementsPerRow() : rows;
      check(
          batch.nodes(i).length() == expected && batch.nodes(i).nullCount() == 0,
          "a column has %s values and %s nulls in place of %s values",
          batch.nodes(i).length(),
          batch.nodes(i).nullCount(),
          expected);
    }
    long body = block.offset() + block.metaDataLength();
    return new Extent(
        (int) rows,
        body + IpcFile.start(batch.buffers(TENSOR_BUFFER), rows * layout.rowBytes(), bodyBytes),
        body + IpcFile.start(batch.buffers(LABEL_BUFFER), rows * layout.labelBytes(), bodyBytes),
        identified
            ? body
                + IpcFile.start(
                    batch.buffers(IDENTITY_BUFFER), rows * layout.identityBytes(), bodyBytes)
            : body,
        body,
        body + bodyBytes);
  }

  /** Maps neighbours together: each map is a system call, and their number is limited. */
  private Content map(List<Extent> extents, TensorLayout layout) throws IOException {
    MappedWindows windows = new MappedWindows(channel);
    try {
      return new Content(layout, map(extents, layout, windows), windows);
    } catch (IOException | RuntimeException | Error e) {
      windows.close();
      throw e;
    }
  }

  private List<IpcBatch> map(List<Extent> extents, TensorLayout layout, MappedWindows windows)
      throws IOException {
    List<IpcBatch> batches = new ArrayList<>();
    int next = 0;
    while (next < extents.size()) {
      int first = next++;
      long start = extents.get(first).start();
      while (next < extents.size()
          && extents.get(next).start() >= extents.get(next - 1).end()
          && extents.get(next).end() - start <= mapBytes) {
        next++;
      }
      long length = extents.get(next - 1).end() - start;
      ByteBuffer window = windows.map(start, length);
      for (Extent extent : extents.subList(first, next)) {
        int rows = extent.rows();
        batches.add(
            new IpcBatch(
                rows,
                slice(window, extent.tensors() - start, rows * layout.rowBytes()),
                slice(window, extent.labels() - start, rows * layout.labelBytes()),
                slice(window, extent.identities() - start, rows * layout.identityBytes())));
      }
    }
    return batches;
  }

  private static ByteBuffer slice(ByteBuffer window, long start, int bytes) {
    return window.slice((int) start, bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
