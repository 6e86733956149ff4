package io.stitchflow.gc;

import io.stitchflow.content.Digest;
import io.stitchflow.content.FileState;
import io.stitchflow.gc.CollectedItem.Kind;
import io.stitchflow.gc.CollectedItem.Reason;
import io.stitchflow.store.directory.Listing;
import io.stitchflow.store.directory.StoreDirectory;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import io.stitchflow.store.directory.StoreListing;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which records, actions and blobs a collection takes and which it leaves. Takes nothing itself.
 */
final class GarbageSelection {
  private final StoreDirectory directory;
  private final Inventory inventory;
  private final LiveSet reach;
  private final Instant horizon;
  private final Map<String, CollectedItem> going = new LinkedHashMap<>();
  private final Map<String, CollectedItem> staying = new LinkedHashMap<>();

  private GarbageSelection(
      StoreDirectory directory, Inventory inventory, LiveSet reach, Instant horizon) {
    this.directory = directory;
    this.inventory = inventory;
    this.reach = reach;
    this.horizon = horizon;
  }

  /**
   * @param horizon blobs and actions modified after it are in use
   * @param maxSizeBytes of records, actions and blobs together
   */
  static GarbageSelection of(
      StoreDirectory directory,
      Inventory inventory,
      CollectionRoots roots,
      Instant horizon,
      EvictionPolicy policy,
      long maxSizeBytes)
      throws IOException {
    LiveSet reach = roots.reach(inventory);
    GarbageSelection selection = new GarbageSelection(directory, inventory, reach, horizon);
    selection.addRecords();
    selection.addDifferences();
    selection.addActions();
    selection.addBlobs();
    if (selection.sizeBytes() > maxSizeBytes) {
      selection.shrink(EvictableBlobs.of(inventory, roots, reach, horizon, policy), maxSizeBytes);
    }
    return selection;
  }

  /** By path, records before what they promise. */
  Map<String, CollectedItem> going() {
    return going;
  }

  /** By path. */
  Map<String, CollectedItem> staying() {
    return staying;
  }

  /** A record that goes or stays. */
  Inventory.Stored record(Digest key) {
    return inventory.record(key);
  }

  private long sizeBytes() {
    return staying.values().stream().mapToLong(CollectedItem::sizeBytes).sum();
  }

  private void addRecords() {
    for (Inventory.Stored record : inventory.records().values()) {
      add(
          Kind.RECORD,
          directory.path(Folder.AC, record.key()),
          record.file().sizeBytes(),
          record.result().getSeconds(),
          reach.ofKey(record.key()));
    }
  }

  /** Results that lost against a record go with it. */
  private void addDifferences() throws IOException {
    for (Map.Entry<Digest, FileState> key :
        StoreListing.of(directory, Folder.NONDETERMINISM).files().entrySet()) {
      Path folder = directory.path(Folder.NONDETERMINISM, key.getKey());
      for (Path file : Listing.entries(directory, folder)) {
        try {
          FileState state = FileState.of(file);
          add(
              Kind.NONDETERMINISM,
              file,
              state.sizeBytes(),
              0,
              reasonToStay(reach.ofKey(key.getKey()), state));
        } catch (NoSuchFileException e) {
          // gone meanwhile
        }
      }
    }
  }

  private void addActions() {
    inventory
        .actionFiles()
        .forEach(
            (key, file) ->
                add(
                    Kind.ACTION,
                    directory.path(Folder.ACTION, key),
                    file.sizeBytes(),
                    0,
                    reasonToStay(reach.ofKey(key), file)));
  }

  private void addBlobs() {
    inventory
        .blobFiles()
        .forEach(
            (blob, file) ->
                add(
                    Kind.BLOB,
                    directory.path(Folder.CAS, blob),
                    file.sizeBytes(),
                    0,
                    reasonToStay(reach.ofBlob(blob), file)));
  }

  private @Nullable Reason reasonToStay(@Nullable Reason reached, FileState file) {
    return reached == null && file.isYoungerThan(horizon) ? Reason.YOUNG : reached;
  }

  private void add(Kind kind, Path file, long sizeBytes, double seconds, @Nullable Reason stays) {
    String path = directory.root().relativize(file).toString();
    Reason reason = stays == null ? Reason.UNREACHED : stays;
    (stays == null ? going : staying)
        .put(path, new CollectedItem(kind, path, sizeBytes, seconds, reason));
  }

  private void shrink(List<EvictableBlobs.Group> groups, long maxSizeBytes) {
    long sizeBytes = sizeBytes();
    for (EvictableBlobs.Group group : groups) {
      double seconds = group.seconds();
      for (Digest blob : new ArrayList<>(group.blobs())) {
        String path = directory.root().relativize(directory.path(Folder.CAS, blob)).toString();
        CollectedItem item = sizeBytes > maxSizeBytes ? staying.remove(path) : null;
        if (item != null) {
          sizeBytes -= item.sizeBytes();
          going.put(
              path,
              new CollectedItem(Kind.BLOB, path, item.sizeBytes(), seconds, Reason.OVER_SIZE));
          seconds = 0;
        }
      }
    }
  }
}
