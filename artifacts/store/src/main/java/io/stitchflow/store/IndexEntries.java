package io.stitchflow.store;

import com.google.protobuf.ByteString;
import io.stitchflow.content.Digest;
import io.stitchflow.content.FileState;
import io.stitchflow.v1.ActionResult;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What all files of an index say, by key and state of the record's file. */
final class IndexEntries {
  private static final int ABSENT = -1;
  private static final int SLOTS_AN_ENTRY = 2;

  private final byte[] entries;
  private final ByteBuffer buffer;

  /**
   * Starts of entries, hashed: a key is a hash already, so its first bytes choose the slot, and
   * entries of one key follow one another.
   */
  private final int[] slots;

  private long liveBytes;

  /**
   * @param entries whole ones, one after another
   */
  IndexEntries(byte[] entries) {
    this.entries = entries;
    this.buffer = ByteBuffer.wrap(entries);
    int count = 1;
    for (int at = 0; at < entries.length; at = IndexEntry.end(buffer, at)) {
      count++;
    }
    this.slots = new int[Integer.highestOneBit(count) * 2 * SLOTS_AN_ENTRY];
    Arrays.fill(slots, ABSENT);
    for (int at = 0; at < entries.length; at = IndexEntry.end(buffer, at)) {
      add(at);
    }
  }

  private void add(int at) {
    int end = IndexEntry.end(buffer, at);
    boolean first = true;
    int slot = firstSlot(buffer.getInt(IndexEntry.key(at)));
    for (; slots[slot] != ABSENT; slot = next(slot)) {
      int earlier = slots[slot];
      if (Arrays.equals(entries, earlier, IndexEntry.end(buffer, earlier), entries, at, end)) {
        return;
      }
      first &= !hasKey(earlier, entries, IndexEntry.key(at));
    }
    slots[slot] = at;
    liveBytes += first ? end - at : 0;
  }

  /** What the record under the key says while its file is in that state; null: not known. */
  @Nullable ActionResult find(Digest key, FileState file) {
    byte[] bytes = key.bytes().toByteArray();
    int found = ABSENT;
    for (int slot = firstSlot(ByteBuffer.wrap(bytes).getInt(0));
        slots[slot] != ABSENT;
        slot = next(slot)) {
      int at = slots[slot];
      if (hasKey(at, bytes, 0) && IndexEntry.isOf(buffer, at, file)) {
        if (found != ABSENT) {
          return null; // a clock too coarse to tell them apart
        }
        found = at;
      }
    }
    return found == ABSENT
        ? null
        : IndexEntry.result(entries, found, IndexEntry.end(buffer, found));
  }

  /** Each key of which anything is said, once. */
  Set<Digest> keys() {
    Set<Digest> keys = new LinkedHashSet<>();
    for (int at : slots) {
      if (at != ABSENT) {
        keys.add(
            Digest.from(ByteString.copyFrom(entries, IndexEntry.key(at), IndexEntry.KEY_BYTES)));
      }
    }
    return keys;
  }

  /** Bytes of the entries, one a key. */
  long liveBytes() {
    return liveBytes;
  }

  private int firstSlot(int hash) {
    return hash & (slots.length - 1);
  }

  private int next(int slot) {
    return (slot + 1) & (slots.length - 1);
  }

  private boolean hasKey(int at, byte[] keys, int offset) {
    int key = IndexEntry.key(at);
    return Arrays.equals(
        entries, key, key + IndexEntry.KEY_BYTES, keys, offset, offset + IndexEntry.KEY_BYTES);
  }
}
