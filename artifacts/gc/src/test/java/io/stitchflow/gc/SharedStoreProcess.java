package io.stitchflow.gc;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.stitchflow.content.Digest;
import io.stitchflow.content.StoreException;
import io.stitchflow.store.ActionCache;
import io.stitchflow.store.Store;
import io.stitchflow.store.StoreContents;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one user does in a store that others have filled; run in a process of its own. */
public final class SharedStoreProcess {
  private SharedStoreProcess() {}

  /** Arguments: what to do, and the store. Prints what came of it. */
  public static void main(String[] arguments) throws Exception {
    PrintStream out = new PrintStream(System.out, true, UTF_8);
    try {
      Store store = Store.open(Path.of(arguments[1]));
      switch (arguments[0]) {
        case "read" -> read(store, out);
        case "maintain" -> maintain(store, out);
        default -> throw new IllegalArgumentException(arguments[0]);
      }
    } catch (StoreException e) {
      out.println("refused: " + e.getMessage());
    }
  }

  /** Opens and holds all blobs, which makes them young. */
  private static void read(Store store, PrintStream out) throws Exception {
    int read = 0;
    for (Digest blob : StoreContents.of(store).blobs().keySet()) {
      store.open(blob);
      store.hold(blob).close();
      read++;
    }
    out.println("read " + read);
  }

  /** Pins a result, collects the rest, brings it back, repairs what is damaged and unpins. */
  private static void maintain(Store store, PrintStream out) throws Exception {
    ActionCache cache = new ActionCache(store);
    Pins pins = new Pins(store);
    pins.pin("paper", List.of(cache.keys().get(0)));
    GarbageCollector collector =
        new GarbageCollector(store, InstantSource.system(), AgedStore::eviction);
    CollectionResult collected = collector.collect(AgedStore.everything());
    out.println("took " + collected.going().stream().filter(SharedStoreProcess::isRecord).count());
    @Nullable UndoResult restored = collector.undo();
    out.println("lost " + (restored == null ? "all" : restored.lost().size()));
    out.println("repaired " + new StoreVerifier(store, 1, 0).repair().damage().size());
    cache.snapshot().compact();
    out.println("unpinned " + pins.unpin("paper"));
  }

  private static boolean isRecord(CollectedItem item) {
    return item.kind() == CollectedItem.Kind.RECORD;
  }
}
