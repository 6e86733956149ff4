package io.stitchflow.content;

import com.google.protobuf.InvalidProtocolBufferException;
import io.stitchflow.v1.ActionResult;
import io.stitchflow.v1.Output;
import org.jspecify.annotations.Nullable;

/** The file of a record: an {@link ActionResult} in a {@link CheckedFrame} under its key. */
public final class RecordFrame {
  private static final byte[] MAGIC = {'S', 'F', 'R', 'E', 'C', 'O', 'R', 1};

  /** A longer file is damaged: this is enough for 10,000 outputs. */
  public static final int MOST_BYTES = 1 << 20;

  private RecordFrame() {}

  public static byte[] encode(Digest key, ActionResult result) {
    return CheckedFrame.encode(MAGIC, key, ActionKeys.canonicalBytes(result));
  }

  /** The record, or null if these are not the bytes of one under that key, or none. */
  public static @Nullable ActionResult decode(Digest key, byte @Nullable [] frame) {
    byte[] payload = frame == null ? null : CheckedFrame.decode(MAGIC, key, frame);
    if (payload == null) {
      return null;
    }
    try {
      ActionResult result = ActionResult.parseFrom(payload);
      return result.getOutputList().stream().allMatch(RecordFrame::isSound) ? result : null;
    } catch (InvalidProtocolBufferException e) {
      return null;
    }
  }

  private static boolean isSound(Output output) {
    return output.getDigest().size() == Digest.SHA256_BYTES && output.getSizeBytes() >= 0;
  }
}
