package io.stitchflow.tensors;

import com.google.flatbuffers.FlatBufferBuilder;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.arrow.flatbuf.Block;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.vector.ipc.WriteChannel;
import org.apache.arrow.vector.ipc.message.ArrowBlock;
import org.apache.arrow.vector.ipc.message.IpcOption;
import org.apache.arrow.vector.ipc.message.MessageSerializer;

/**
 * Frames buffers as an <a href="https://arrow.apache.org/docs/format/Columnar.html">Arrow IPC
 * file</a>. Bodies of record batches, and every buffer in them, start at multiples of 64 bytes in
 * the file, so that a map of the file is aligned too. Messages follow each other without gaps: the
 * file can also be read as a stream.
 */
final class IpcFileWriter implements Closeable {
  static final byte[] MAGIC = "ARROW1".getBytes(StandardCharsets.US_ASCII);
  static final int ALIGNMENT_BYTES = 64;
  static final int PREFIX_BYTES = 8;

  private final FileChannel file;
  private final WriteChannel out;
  private final List<IpcField> fields;
  private final SortedMap<String, String> metadata;
  private final List<ArrowBlock> blocks = new ArrayList<>();

  private IpcFileWriter(
      FileChannel file, List<IpcField> fields, SortedMap<String, String> metadata) {
    this.file = file;
    this.out = new WriteChannel(file);
    this.fields = List.copyOf(fields);
    this.metadata = Collections.unmodifiableSortedMap(new TreeMap<>(metadata));
  }

  /** Overwrites {@code path} with a file that has these columns and no rows yet. */
  static IpcFileWriter create(Path path, List<IpcField> fields, SortedMap<String, String> metadata)
      throws IOException {
    FileChannel file =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
    IpcFileWriter writer = new IpcFileWriter(file, fields, metadata);
    try {
      writer.writeHead();
    } catch (IOException | RuntimeException e) {
      writer.close();
      throw e;
    }
    return writer;
  }

  /** Length and number of nulls of a column or of its child, in the order of the schema. */
  record Node(long length, long nulls) {}

  /**
   * Writes one record batch.
   *
   * @param nodes of all columns, depth first
   * @param buffers of all columns, depth first; consumed
   */
  void writeBatch(int rows, List<Node> nodes, List<ByteBuffer> buffers) throws IOException {
    long start = out.getCurrentPosition();
    long body = 0;
    for (ByteBuffer buffer : buffers) {
      body += padded(buffer.remaining());
    }
    FlatBufferBuilder builder = new FlatBufferBuilder();
    int header = addBatch(builder, rows, nodes, buffers);
    ByteBuffer message =
        MessageSerializer.serializeMessage(
            builder, MessageHeader.RecordBatch, header, body, IpcOption.DEFAULT);
    int metadataBytes = (int) (padded(start + PREFIX_BYTES + message.remaining()) - start);
    writeMessage(message, metadataBytes - PREFIX_BYTES);
    for (ByteBuffer buffer : buffers) {
      long padding = padded(buffer.remaining()) - buffer.remaining();
      out.write(buffer);
      out.writeZeros(padding);
    }
    blocks.add(new ArrowBlock(start, metadataBytes, body));
  }

  /** Writes the footer; before this the file is not one. */
  void finish() throws IOException {
    out.writeIntLittleEndian(MessageSerializer.IPC_CONTINUATION_TOKEN);
    out.writeIntLittleEndian(0);
    FlatBufferBuilder builder = new FlatBufferBuilder();
    int schema = IpcField.schema(builder, fields, metadata);
    Footer.startRecordBatchesVector(builder, blocks.size());
    for (int i = blocks.size() - 1; i >= 0; i--) { // flatbuffers grow downwards
      ArrowBlock block = blocks.get(i);
      Block.createBlock(
          builder, block.getOffset(), block.getMetadataLength(), block.getBodyLength());
    }
    int batches = builder.endVector();
    Footer.startDictionariesVector(builder, 0);
    int dictionaries = builder.endVector();
    builder.finish(
        Footer.createFooter(builder, MetadataVersion.V5, schema, dictionaries, batches, 0));
    ByteBuffer footer = builder.dataBuffer();
    int footerBytes = footer.remaining();
    out.write(footer);
    out.writeIntLittleEndian(footerBytes);
    out.write(MAGIC);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  static long padded(long bytes) {
    return (bytes + ALIGNMENT_BYTES - 1) / ALIGNMENT_BYTES * ALIGNMENT_BYTES;
  }

  private void writeHead() throws IOException {
    out.write(MAGIC);
    out.align();
    FlatBufferBuilder builder = new FlatBufferBuilder();
    int schema = IpcField.schema(builder, fields, metadata);
    ByteBuffer message =
        MessageSerializer.serializeMessage(
            builder, MessageHeader.Schema, schema, 0, IpcOption.DEFAULT);
    long end = padded(out.getCurrentPosition() + PREFIX_BYTES + message.remaining());
    writeMessage(message, (int) (end - out.getCurrentPosition() - PREFIX_BYTES));
  }

  private void writeMessage(ByteBuffer message, int paddedBytes) throws IOException {
    int padding = paddedBytes - message.remaining();
    out.writeIntLittleEndian(MessageSerializer.IPC_CONTINUATION_TOKEN);
    out.writeIntLittleEndian(paddedBytes);
    out.write(message);
    out.writeZeros(padding);
  }

  private static int addBatch(
      FlatBufferBuilder builder, int rows, List<Node> nodes, List<ByteBuffer> buffers) {
    RecordBatch.startNodesVector(builder, nodes.size());
    for (int i = nodes.size() - 1; i >= 0; i--) {
      FieldNode.createFieldNode(builder, nodes.get(i).length(), nodes.get(i).nulls());
    }
    int nodesVector = builder.endVector();
    long end = buffers.stream().mapToLong(buffer -> padded(buffer.remaining())).sum();
    RecordBatch.startBuffersVector(builder, buffers.size());
    for (int i = buffers.size() - 1; i >= 0; i--) {
      end -= padded(buffers.get(i).remaining());
      Buffer.createBuffer(builder, end, buffers.get(i).remaining());
    }
    int buffersVector = builder.endVector();
    return RecordBatch.createRecordBatch(builder, rows, nodesVector, buffersVector, 0, 0);
  }
}
