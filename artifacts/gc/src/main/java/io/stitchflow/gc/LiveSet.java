package io.stitchflow.gc;

import io.stitchflow.content.Digest;
import io.stitchflow.gc.CollectedItem.Reason;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What roots keep: their records, all that those were computed from, and what both read and wrote.
 * Of several reasons the one whose roots were added first counts.
 */
final class LiveSet {
  private final Inventory inventory;
  private final Map<Digest, Reason> keys = new HashMap<>();
  private final Map<Digest, Reason> blobs = new HashMap<>();

  LiveSet(Inventory inventory) {
    this.inventory = inventory;
  }

  void add(Reason reason, Collection<Digest> roots) throws IOException {
    Deque<Digest> open = new ArrayDeque<>(roots);
    while (!open.isEmpty()) {
      Digest key = open.pop();
      if (keys.putIfAbsent(key, reason) != null) {
        continue;
      }
      Inventory.Stored record = inventory.records().get(key);
      if (record != null) {
        record.outputs().forEach(blob -> blobs.putIfAbsent(blob, reason));
      }
      for (Digest input : inventory.inputs(key)) {
        blobs.putIfAbsent(input, reason);
        open.addAll(inventory.producers(input));
      }
    }
  }

  /** Why the record and the action under the key stay, or null if nothing keeps them. */
  @Nullable Reason ofKey(Digest key) {
    return keys.get(key);
  }

  /** Why the blob stays, or null if nothing keeps it. */
  @Nullable Reason ofBlob(Digest blob) {
    return blobs.get(blob);
  }
}
