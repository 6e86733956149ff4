package io.stitchflow.tensors;

import static io.stitchflow.tensors.Checks.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import org.apache.arrow.flatbuf.Block;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.vector.ipc.message.MessageSerializer;

/**
 * The footer of an Arrow IPC file and the headers of its record batches. What they say of places in
 * the file is checked; all else they say is not. Does not close the file.
 */
final class IpcFile {
  private static final int TAIL_BYTES = Integer.BYTES + IpcFileWriter.MAGIC.length;
  private static final int HEAD_BYTES = 8;
  private static final int MAX_METADATA_BYTES = 1 << 20;

  /** Enough for 2.7 million record batches. */
  private static final int MAX_FOOTER_BYTES = 64 << 20;

  private final FileChannel file;
  private final long size;

  IpcFile(FileChannel file) throws IOException {
    this.file = file;
    this.size = file.size();
  }

  /**
   * What the file ends with.
   *
   * @throws IllegalArgumentException if it is another file than Arrow's
   */
  Footer footer() throws IOException {
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

  /**
   * The header of a record batch, whose body follows it.
   *
   * @throws IllegalArgumentException if it is not within the file
   */
  RecordBatch batch(Block block) throws IOException {
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
    return header(bytes(offset, metadataBytes), bodyBytes);
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

  /** Where a buffer starts in its body of {@code bodyBytes}. */
  static long start(Buffer buffer, long neededBytes, long bodyBytes) {
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

  ByteBuffer bytes(long start, int length) throws IOException {
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
