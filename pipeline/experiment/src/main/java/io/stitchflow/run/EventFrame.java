package io.stitchflow.run;

import com.google.protobuf.InvalidProtocolBufferException;
import io.stitchflow.v1.RunEvent;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * An event in a file: the length of its bytes, 4 bytes big-endian, and the bytes. A worker that was
 * killed may leave half of one, always the last of its file.
 *
 * @param end where the next one starts
 */
record EventFrame(RunEvent event, int end) {
  static byte[] encode(RunEvent event) {
    byte[] bytes = event.toByteArray();
    return ByteBuffer.allocate(Integer.BYTES + bytes.length)
        .putInt(bytes.length)
        .put(bytes)
        .array();
  }

  /** The event at {@code position}, or null where it is not there whole. */
  static @Nullable EventFrame at(byte[] file, int position) throws InvalidProtocolBufferException {
    ByteBuffer rest = ByteBuffer.wrap(file, position, file.length - position);
    if (rest.remaining() < Integer.BYTES) {
      return null;
    }
    int length = rest.getInt();
    if (rest.remaining() < length) {
      return null;
    }
    rest.limit(rest.position() + length);
    return new EventFrame(RunEvent.parseFrom(rest), position + Integer.BYTES + length);
  }
}
