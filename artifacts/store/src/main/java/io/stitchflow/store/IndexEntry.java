package io.stitchflow.store;

import com.google.protobuf.InvalidProtocolBufferException;
import io.stitchflow.content.Digest;
import io.stitchflow.content.FileState;
import io.stitchflow.v1.ActionResult;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * An entry of the index: 8 bytes that name the format, the CRC-32C of all that follows (4 bytes),
 * the length of the payload (4), the key (32), the modification time of the record's file in
 * nanoseconds since 1970 (8), its size (8), and the payload: an {@link ActionResult}. Numbers are
 * big-endian. It is found in the midst of other bytes, so that what is damaged hides nothing behind
 * it.
 */
final class IndexEntry {
  private static final byte[] MAGIC = {'S', 'F', 'I', 'N', 'D', 'E', 'X', 1};
  private static final long MAGIC_BITS = ByteBuffer.wrap(MAGIC).getLong();
  private static final int CHECKED = MAGIC.length + Integer.BYTES;
  private static final int KEY = CHECKED + Integer.BYTES;
  static final int KEY_BYTES = 32;
  private static final int STATE = KEY + KEY_BYTES;
  private static final int PAYLOAD = STATE + 2 * Long.BYTES;

  private IndexEntry() {}

  /**
   * @param file the record's, as it was when it said this
   */
  static byte[] of(Digest key, FileState file, ActionResult result) {
    byte[] payload = result.toByteArray();
    ByteBuffer entry =
        ByteBuffer.allocate(PAYLOAD + payload.length)
            .put(MAGIC)
            .putInt(0)
            .putInt(payload.length)
            .put(key.bytes().asReadOnlyByteBuffer())
            .putLong(nanos(file))
            .putLong(file.sizeBytes())
            .put(payload);
    byte[] bytes = entry.array();
    entry.putInt(MAGIC.length, checksum(bytes, 0, bytes.length));
    return bytes;
  }

  private static long nanos(FileState file) {
    return file.modified().to(TimeUnit.NANOSECONDS);
  }

  /**
   * Those entries of a file that are whole, one after another.
   *
   * @param file used up
   */
  static byte[] whole(byte[] file) {
    ByteBuffer bytes = ByteBuffer.wrap(file);
    int sizeBytes = 0;
    int at = 0;
    while (at <= file.length - PAYLOAD) {
      int end = wholeEnd(file, bytes, at);
      if (end < 0) {
        at++;
        continue;
      }
      if (sizeBytes < at) {
        System.arraycopy(file, at, file, sizeBytes, end - at);
      }
      sizeBytes += end - at;
      at = end;
    }
    return sizeBytes == file.length ? file : Arrays.copyOf(file, sizeBytes);
  }

  /** The end of a whole entry that starts there, or -1. */
  private static int wholeEnd(byte[] file, ByteBuffer bytes, int at) {
    if (bytes.getLong(at) != MAGIC_BITS) {
      return -1;
    }
    int length = bytes.getInt(at + CHECKED);
    if (length < 0 || length > file.length - at - PAYLOAD) {
      return -1;
    }
    int end = at + PAYLOAD + length;
    return bytes.getInt(at + MAGIC.length) == checksum(file, at, end) ? end : -1;
  }

  private static int checksum(byte[] file, int at, int end) {
    CRC32C checksum = new CRC32C();
    checksum.update(file, at + CHECKED, end - at - CHECKED);
    return (int) checksum.getValue();
  }

  /** Where the key of the entry at {@code at} starts. */
  static int key(int at) {
    return at + KEY;
  }

  /** The end of the entry at {@code at}, which is whole. */
  static int end(ByteBuffer entries, int at) {
    return at + PAYLOAD + entries.getInt(at + CHECKED);
  }

  /** Whether the entry at {@code at} is of the file in that state. */
  static boolean isOf(ByteBuffer entries, int at, FileState file) {
    return entries.getLong(at + STATE) == nanos(file)
        && entries.getLong(at + STATE + Long.BYTES) == file.sizeBytes();
  }

  /** What the whole entry between {@code at} and {@code end} says, or null if that is nothing. */
  static @Nullable ActionResult result(byte[] entries, int at, int end) {
    try {
      return ActionResult.parser().parseFrom(entries, at + PAYLOAD, end - at - PAYLOAD);
    } catch (InvalidProtocolBufferException e) {
      return null;
    }
  }
}
