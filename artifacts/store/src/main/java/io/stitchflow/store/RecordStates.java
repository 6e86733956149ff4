package io.stitchflow.store;

import com.google.protobuf.ByteString;
import io.stitchflow.content.Digest;
import io.stitchflow.content.FileState;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;

/**
 * The states of record files, packed: key (32 bytes), modification time in nanoseconds since 1970
 * and size (8 bytes each, big-endian). While they hold, the records say what they said, by the rule
 * of the index.
 */
public final class RecordStates {
  private static final int KEY_BYTES = 32;
  private static final int STATE_BYTES = KEY_BYTES + 2 * Long.BYTES;

  private RecordStates() {}

  /**
   * The states as they are now.
   *
   * @throws IOException if the directory of the store lacks a record
   */
  public static ByteString of(Store store, Collection<Digest> keys) throws IOException {
    ByteBuffer packed = ByteBuffer.allocate(keys.size() * STATE_BYTES);
    Path folder = store.directory().folder(Folder.AC);
    for (Digest key : keys) {
      FileState state = state(folder, key.hex());
      packed.put(key.bytes().asReadOnlyByteBuffer());
      packed.putLong(nanos(state)).putLong(state.sizeBytes());
    }
    return ByteString.copyFrom(packed.flip());
  }

  /** Whether every record file is still in its state. */
  public static boolean hold(Store store, ByteString states) {
    ByteBuffer packed = ByteBuffer.wrap(states.toByteArray());
    Path folder = store.directory().folder(Folder.AC);
    byte[] key = new byte[KEY_BYTES];
    try {
      while (packed.remaining() >= STATE_BYTES) {
        packed.get(key);
        FileState state = state(folder, HexFormat.of().formatHex(key));
        if (packed.getLong() != nanos(state) || packed.getLong() != state.sizeBytes()) {
          return false;
        }
      }
      return !packed.hasRemaining();
    } catch (IOException e) {
      return false; // a plan will say why
    }
  }

  private static FileState state(Path folder, String hex) throws IOException {
    return FileState.of(folder.resolve(hex.substring(0, 2) + '/' + hex));
  }

  private static long nanos(FileState state) {
    return state.modified().to(TimeUnit.NANOSECONDS);
  }
}
