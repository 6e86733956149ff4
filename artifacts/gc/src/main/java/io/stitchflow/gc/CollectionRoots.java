package io.stitchflow.gc;

import io.stitchflow.content.Digest;
import io.stitchflow.content.FileState;
import io.stitchflow.gc.CollectedItem.Reason;
import io.stitchflow.store.Store;
import io.stitchflow.store.directory.StoreDirectory;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import io.stitchflow.store.directory.StoreListing;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The keys that a collection starts from. */
record CollectionRoots(
    Set<Digest> pinned, Set<Digest> recent, Set<Digest> held, Set<Digest> young) {
  /**
   * @param recent keys of recent runs
   * @param recordHorizon records modified after it are young
   * @param horizon leases modified after it are as good as held
   */
  static CollectionRoots read(
      Store store, Set<Digest> recent, Inventory inventory, Instant recordHorizon, Instant horizon)
      throws IOException {
    Set<Digest> pinned = new TreeSet<>();
    new Pins(store).all().values().forEach(pinned::addAll);
    Set<Digest> held = new TreeSet<>();
    Set<Digest> young = new TreeSet<>();
    StoreDirectory directory = store.directory();
    for (Map.Entry<Digest, FileState> lease :
        StoreListing.of(directory, Folder.LEASE).files().entrySet()) {
      if (isLocked(directory, directory.path(Folder.LEASE, lease.getKey()))) {
        held.add(lease.getKey());
      } else if (lease.getValue().isYoungerThan(horizon)) {
        young.add(lease.getKey());
      }
    }
    for (Inventory.Stored record : inventory.records().values()) {
      if (record.file().isYoungerThan(recordHorizon)) {
        young.add(record.key());
      }
    }
    return new CollectionRoots(pinned, recent, held, young);
  }

  /** What the roots keep. */
  LiveSet reach(Inventory inventory) throws IOException {
    LiveSet reach = new LiveSet(inventory);
    reach.add(Reason.PINNED, pinned);
    reach.add(Reason.RECENT_RUN, recent);
    reach.add(Reason.LEASE, held);
    reach.add(Reason.YOUNG, young);
    return reach;
  }

  private static boolean isLocked(StoreDirectory directory, Path lease) throws IOException {
    directory.checkParents(lease);
    try {
      if (!Store.isFile(lease)) {
        return false; // such as a FIFO, on which opening would wait
      }
      // to be read only, so that a dry run works in a store that cannot be written to
      try (FileChannel channel =
          FileChannel.open(lease, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
        return !CollectionLock.tryShared(channel);
      }
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw directory.explain(lease, e);
    }
  }
}
