package io.stitchflow.store;

import io.stitchflow.content.Digest;
import io.stitchflow.content.FileAge;
import io.stitchflow.content.FileState;
import io.stitchflow.content.IoReason;
import io.stitchflow.content.RecordFrame;
import io.stitchflow.store.directory.DifferingResults;
import io.stitchflow.store.directory.StoreDirectory;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import io.stitchflow.v1.ActionResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The records of the directory, under {@code ac/}, and what the index says about them. */
final class LocalRecords {
  private final StoreDirectory directory;
  private final RecordIndex index;
  private final DifferingResults others;

  /**
   * @param others where results are noted that differ from the record that stands
   */
  LocalRecords(StoreDirectory directory, DifferingResults others) {
    this.directory = directory;
    this.index = new RecordIndex(directory);
    this.others = others;
  }

  RecordIndex index() {
    return index;
  }

  /** The record under the key; null if there is none that is whole and readable. */
  @Nullable ActionResult find(Digest key) {
    try {
      return read(key);
    } catch (IOException e) {
      return null; // computing again is always right
    }
  }

  /** What stands here under the key, or null; what is damaged is quarantined. */
  private @Nullable ActionResult read(Digest key) throws IOException {
    Path path = directory.path(Folder.AC, key);
    try {
      FileState state = FileState.of(path);
      ActionResult result = RecordFrame.decode(key, directory.read(path, RecordFrame.MOST_BYTES));
      if (result == null) {
        directory.quarantine(path, state);
      }
      return result;
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /**
   * As {@link #read}, for callers that can put a record there: what cannot be read, or is not a
   * file, goes too.
   */
  private @Nullable ActionResult readOrMakeRoom(Digest key) throws IOException {
    try {
      return read(key);
    } catch (IOException e) {
      Path path = directory.path(Folder.AC, key);
      if (!IoReason.isUnreadable(e) && Store.isFile(path)) {
        throw directory.explain(path, e);
      }
      directory.quarantine(path, FileState.of(path));
      return null;
    }
  }

  /** Returns the record that now stands here: an earlier one, if there is any. */
  ActionResult publish(Digest key, ActionResult result) throws IOException {
    Path record = directory.path(Folder.AC, key);
    Path temporary = directory.writeTemporary(RecordFrame.encode(key, result));
    try {
      FileState state = FileState.of(temporary);
      while (!directory.linkIfAbsent(temporary, record)) {
        ActionResult standing = readOrMakeRoom(key); // null: it is out of the way now
        if (standing != null && FileAge.renew(record)) {
          others.note(key, standing, result);
          return standing;
        }
      }
      addToIndex(key, state, result);
      return result;
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /** Puts the record in the place of any other. */
  void replace(Digest key, ActionResult result) throws IOException {
    Path temporary = directory.writeTemporary(RecordFrame.encode(key, result));
    try {
      FileState state = FileState.of(temporary);
      directory.replace(temporary, directory.path(Folder.AC, key));
      addToIndex(key, state, result);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private void addToIndex(Digest key, FileState state, ActionResult result) {
    try {
      index.append(IndexEntry.of(key, state, result));
    } catch (IOException e) {
      return; // the record stands; readers of the index read it
    }
  }
}
