package io.stitchflow.artifacts;

import com.google.protobuf.InvalidProtocolBufferException;
import io.stitchflow.v1.ActionResult;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The file of a record: 8 bytes that name the format, the SHA-256 of key and payload (32 bytes),
 * and the payload, an {@link ActionResult}. The key is hashed along, so that a record under another
 * key's name is as bad as a torn one.
 */
final class RecordFrame {
  private static final byte[] MAGIC = {'S', 'F', 'R', 'E', 'C', 'O', 'R', 1};
  private static final int SHA256_BYTES = 32;
  private static final int HEADER_BYTES = MAGIC.length + SHA256_BYTES;

  private RecordFrame() {}

  static byte[] encode(Digest key, ActionResult result) {
    byte[] payload = ActionKeys.canonicalBytes(result);
    return ByteBuffer.allocate(HEADER_BYTES + payload.length)
        .put(MAGIC)
        .put(checksum(key, payload))
        .put(payload)
        .array();
  }

  /** The record, or null if these are not the bytes of one under that key. */
  static @Nullable ActionResult decode(Digest key, byte[] frame) {
    if (frame.length < HEADER_BYTES || !Arrays.equals(MAGIC, Arrays.copyOf(frame, MAGIC.length))) {
      return null;
    }
    byte[] payload = Arrays.copyOfRange(frame, HEADER_BYTES, frame.length);
    byte[] checksum = Arrays.copyOfRange(frame, MAGIC.length, HEADER_BYTES);
    if (!Arrays.equals(checksum, checksum(key, payload))) {
      return null;
    }
    try {
      return ActionResult.parseFrom(payload);
    } catch (InvalidProtocolBufferException e) {
      return null;
    }
  }

  private static byte[] checksum(Digest key, byte[] payload) {
    byte[] both =
        ByteBuffer.allocate(SHA256_BYTES + payload.length)
            .put(key.bytes().asReadOnlyByteBuffer())
            .put(payload)
            .array();
    return HexFormat.of().parseHex(Digest.of(both).hex());
  }
}
