package io.stitchflow.gc;

import io.stitchflow.content.Digest;
import io.stitchflow.content.FileState;
import io.stitchflow.gc.CollectedItem.Kind;
import io.stitchflow.gc.CollectedItem.Reason;
import io.stitchflow.store.Store;
import io.stitchflow.store.directory.Listing;
import io.stitchflow.store.directory.StoreDirectory;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import io.stitchflow.store.directory.StoreListing;
import io.stitchflow.store.directory.TrashFolder;
import io.stitchflow.store.remote.RemoteDownload;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What processes have left behind, and what was kept for a while only: temporary files, lock files,
 * quarantine, checkpoints that nobody went on from, and the trash of earlier collections.
 */
final class Leftovers {
  /** A temporary file of this age has no owner, even if its process ID is in use again. */
  private static final Duration ABANDONED = Duration.ofDays(1);

  private static final Pattern TEMPORARY = Pattern.compile("([0-9]{1,18})-.*");

  private final StoreDirectory directory;
  private final Instant now;
  private final Instant horizon;
  private final Instant recordHorizon;

  Leftovers(StoreDirectory directory, Instant now, GarbageCollector.Request request) {
    this.directory = directory;
    this.now = now;
    this.horizon = request.horizon(now);
    this.recordHorizon = request.recordHorizon(now);
  }

  /** What would go. */
  List<CollectedItem> find() throws IOException {
    List<CollectedItem> found = new ArrayList<>();
    for (Path file : entries(Folder.TMP)) {
      add(found, Kind.TEMPORARY, file, isProcessAlive(file) ? now.minus(ABANDONED) : horizon);
    }
    for (Path file : entries(Folder.QUARANTINE)) {
      add(found, Kind.QUARANTINE, file, horizon);
    }
    for (Digest key : StoreListing.of(directory, Folder.LEASE).files().keySet()) {
      add(found, Kind.LEASE, directory.path(Folder.LEASE, key), horizon);
    }
    for (Digest key : StoreListing.of(directory, Folder.CHECKPOINT).files().keySet()) {
      add(found, Kind.CHECKPOINT, directory.path(Folder.CHECKPOINT, key), recordHorizon);
    }
    for (TrashFolder trash : TrashFolder.all(directory)) {
      if (trash.made().isBefore(horizon)) {
        found.add(item(trash));
      }
    }
    return found;
  }

  /** Removes one of those found; false if somebody uses it after all, or it is gone. */
  boolean remove(CollectedItem item) throws IOException {
    Path file = directory.root().resolve(item.path());
    try {
      return switch (item.kind()) {
        case LEASE -> removeUnlocked(file);
        case TEMPORARY -> mayBeLocked(file) ? removeUnlocked(file) : directory.delete(file);
        case TRASH -> removeTrash(item.path());
        default -> directory.delete(file);
      };
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw directory.explain(file, e);
    }
  }

  private boolean removeTrash(String path) throws IOException {
    for (TrashFolder trash : TrashFolder.all(directory)) {
      if (path.equals("gc/" + trash.id())) {
        trash.delete();
        return true;
      }
    }
    return false;
  }

  private List<Path> entries(Folder folder) throws IOException {
    return Listing.entries(directory, directory.folder(folder));
  }

  private void add(List<CollectedItem> found, Kind kind, Path file, Instant horizon)
      throws IOException {
    try {
      FileState state = FileState.of(file);
      if (!Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS) && !state.isYoungerThan(horizon)) {
        String path = directory.root().relativize(file).toString();
        found.add(item(kind, path, state.sizeBytes()));
      }
    } catch (NoSuchFileException e) {
      return; // its owner has finished
    }
  }

  // A process of another host that shares the store looks gone, so its files have to be old too
  private static boolean isProcessAlive(Path temporary) {
    Matcher matcher = TEMPORARY.matcher(temporary.getFileName().toString());
    return !matcher.matches()
        || ProcessHandle.of(Long.parseLong(matcher.group(1)))
            .map(ProcessHandle::isAlive)
            .orElse(false);
  }

  /** What {@link RemoteDownload} locks while it writes; a sealed file it has written. */
  private static boolean mayBeLocked(Path temporary) {
    return temporary.getFileName().toString().endsWith(RemoteDownload.SUFFIX)
        && Files.isWritable(temporary);
  }

  // A process that has opened the file but not locked it yet will hold a lock that is invisible:
  // then
  // two may compute the same, which is harmless. So only old files go, and only while locked
  private boolean removeUnlocked(Path file) throws IOException {
    directory.checkParents(file);
    if (!Store.isFile(file)) {
      return Files.deleteIfExists(file); // such as a FIFO, on which opening would wait
    }
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
      return CollectionLock.tryLock(channel) && Files.deleteIfExists(file);
    }
  }

  static CollectedItem item(TrashFolder trash) throws IOException {
    return item(Kind.TRASH, "gc/" + trash.id(), trash.sizeBytes());
  }

  private static CollectedItem item(Kind kind, String path, long sizeBytes) {
    return new CollectedItem(kind, path, sizeBytes, 0, Reason.LEFTOVER);
  }
}
