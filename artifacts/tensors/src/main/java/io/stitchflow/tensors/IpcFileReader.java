package io.stitchflow.tensors;

import static io.stitchflow.tensors.Checks.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.flatbuf.Block;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.vector.ipc.message.MessageSerializer;

/**
 * Finds and maps the record batches of a tensor file. Trusts no number in the file: whatever points
 * outside of it, or says other than the schema, is damage.
 */
final class IpcFileReader {
  /** What is mapped at once: a map must stay below 2 GiB. */
  static final long MAP_BYTES = 1L << 30;

  private static final int TAIL_BYTES = Integer.BYTES + IpcFileWriter.MAGIC.length;
  private static final int HEAD_BYTES = 8;
  private static final int MAX_METADATA_BYTES = 1 << 20;

  /** Enough for 2.7 million record batches. */
  private static final int MAX_FOOTER_BYTES = 64 << 20;

  /**
   * Nodes of a batch: list, items, labels. Buffers: validity of both, items; validity, labels. With
   * identities one node more, and their validity and values.
   */
  private static final int NODES = 3;

  private static final int BUFFERS = 5;
  private static final int TENSOR_BUFFER = 2;
  private static final int LABEL_BUFFER = 4;
  private static final int IDENTITY_BUFFER = 6;

  private final FileChannel file;
  private final long size;
  private final long mapBytes;

  private IpcFileReader(FileChannel file, long mapBytes) throws IOException {
    this.file = file;
    this.size = file.size();
    this.mapBytes = mapBytes;
  }

  /** Where a batch lies in the file. */
  private record Extent(
      int rows, long tensors, long labels, long identities, long start, long end) {}

  /** What a file holds: its batches lie in {@code windows}, which the caller closes. */
  record Content(TensorLayout layout, List<IpcBatch> batches, MappedWindows windows) {}

  static Content read(Path path, long mapBytes) throws IOException {
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      IpcFileReader reader = new IpcFileReader(file, mapBytes);
      try {
        Footer footer = reader.footer();
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

  private Footer footer() throws IOException {
    check(size >= HEAD_BYTES + TAIL_BYTES, "it has %s bytes", size);
    check(isMagic(bytes(0, HEAD_BYTES)), "it does not start as an Arrow file");
    ByteBuffer tail = bytes(size - TAIL_BYTES, TAIL_BYTES);
    int footerBytes = tail.getInt();
    check(isMagic(tail), "it does not end as an Arrow file");
    check(
        footerBytes > 0
            && footerBytes <= MAX_FOOTER_BYTES
            && footerBytes <= size - HEAD_BYTES - TAIL_BYTES,
        "its footer of %s bytes does not fit into its %s bytes",
        footerBytes,
        size);
    return Footer.getRootAsFooter(bytes(size - TAIL_BYTES - footerBytes, footerBytes));
  }

  private Extent extent(Block block, TensorLayout layout) throws IOException {
    long offset = block.offset();
    int metadataBytes = block.metaDataLength();
    long bodyBytes = block.bodyLength();
    check(
        metadataBytes > IpcFileWriter.PREFIX_BYTES && metadataBytes <= MAX_METADATA_BYTES,
        "a record batch has metadata of %s bytes",
        metadataBytes);
    check(
        offset >= HEAD_BYTES
            && bodyBytes >= 0
            && offset <= size - metadataBytes
            && bodyBytes <= size - metadataBytes - offset,
        "a record batch at %s of %s bytes is not within its %s bytes",
        offset,
        bodyBytes,
        size);
    check(bodyBytes <= Integer.MAX_VALUE, "a record batch is of 2 GiB or more: %s", bodyBytes);
    RecordBatch batch = header(bytes(offset, metadataBytes), bodyBytes);
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
    long body = offset + metadataBytes;
    return new Extent(
        (int) rows,
        body + start(batch.buffers(TENSOR_BUFFER), rows * layout.rowBytes(), bodyBytes),
        body + start(batch.buffers(LABEL_BUFFER), rows * layout.labelBytes(), bodyBytes),
        identified
            ? body + start(batch.buffers(IDENTITY_BUFFER), rows * layout.identityBytes(), bodyBytes)
            : body,
        body,
        body + bodyBytes);
  }

  private static RecordBatch header(ByteBuffer metadata, long bodyBytes) {
    check(
        metadata.getInt() == MessageSerializer.IPC_CONTINUATION_TOKEN
            && metadata.getInt() == metadata.remaining(),
        "a record batch does not start as a message");
    Message message = Message.getRootAsMessage(metadata.slice().order(ByteOrder.LITTLE_ENDIAN));
    check(
        message.headerType() == MessageHeader.RecordBatch && message.bodyLength() == bodyBytes,
        "a message is not the record batch that the footer says");
    return (RecordBatch) message.header(new RecordBatch());
  }

  private static long start(Buffer buffer, long neededBytes, long bodyBytes) {
    check(
        buffer.offset() >= 0
            && buffer.offset() <= bodyBytes
            && buffer.length() <= bodyBytes - buffer.offset()
            && buffer.length() >= neededBytes,
        "a buffer at %s of %s bytes cannot hold %s bytes of a body of %s",
        buffer.offset(),
        buffer.length(),
        neededBytes,
        bodyBytes);
    return buffer.offset();
  }

  /** Maps neighbours together: each map is a system call, and their number is limited. */
  private Content map(List<Extent> extents, TensorLayout layout) throws IOException {
    MappedWindows windows = new MappedWindows(file);
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

  private ByteBuffer bytes(long start, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      int n = file.read(bytes, start + bytes.position());
      check(n >= 0, "it became shorter while it was read");
    }
    return bytes.flip();
  }

  private static boolean isMagic(ByteBuffer bytes) {
    byte[] found = new byte[IpcFileWriter.MAGIC.length];
    bytes.get(found);
    return Arrays.equals(found, IpcFileWriter.MAGIC);
  }
}
