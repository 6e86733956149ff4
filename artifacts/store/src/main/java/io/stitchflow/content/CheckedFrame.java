package io.stitchflow.content;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A small file that proves itself: 8 bytes that name the format, the SHA-256 of the file's name as
 * a digest (32 bytes) and the payload, and the payload. The name is hashed along, so that a file
 * under another one's name is as bad as a torn one.
 */
public final class CheckedFrame {
  private static final int MAGIC_BYTES = 8;
  private static final int SHA256_BYTES = 32;
  private static final int HEADER_BYTES = MAGIC_BYTES + SHA256_BYTES;

  private CheckedFrame() {}

  public static byte[] encode(byte[] magic, Digest name, byte[] payload) {
    return ByteBuffer.allocate(HEADER_BYTES + payload.length)
        .put(magic)
        .put(checksum(name, payload))
        .put(payload)
        .array();
  }

  /** The payload, or null if these are not the bytes of such a file under that name. */
  public static byte @Nullable [] decode(byte[] magic, Digest name, byte[] frame) {
    if (frame.length < HEADER_BYTES || !Arrays.equals(magic, Arrays.copyOf(frame, MAGIC_BYTES))) {
      return null;
    }
    byte[] payload = Arrays.copyOfRange(frame, HEADER_BYTES, frame.length);
    byte[] checksum = Arrays.copyOfRange(frame, MAGIC_BYTES, HEADER_BYTES);
    return Arrays.equals(checksum, checksum(name, payload)) ? payload : null;
  }

  private static byte[] checksum(Digest name, byte[] payload) {
    byte[] both =
        ByteBuffer.allocate(SHA256_BYTES + payload.length)
            .put(name.bytes().asReadOnlyByteBuffer())
            .put(payload)
            .array();
    return HexFormat.of().parseHex(Digest.of(both).hex());
  }
}
