package io.stitchflow.store;

import io.stitchflow.content.Digest;
import io.stitchflow.content.FileState;
import io.stitchflow.store.directory.StoreDirectory;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import io.stitchflow.v1.ActionResult;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Many records at once, as {@link ActionCache#find} finds them: what a record says is taken from
 * the index, which is read once, if it was said by the very file that stands in {@code ac/}, of the
 * same size and modification time. Else that file is read. So an index that is missing, damaged or
 * old costs time and nothing else. For one thread.
 */
public final class Records implements Closeable {
  private final ActionCache cache;
  private final LocalRecords local;
  private final RecordIndex index;
  private final RecordIndex.Contents contents;
  private final Path folder;
  private final ByteArrayOutputStream learned = new ByteArrayOutputStream();

  /** What the remote store was asked for: it is here now, or nowhere. */
  private final Set<Digest> fetched = new HashSet<>();

  Records(StoreDirectory directory, ActionCache cache, LocalRecords local) {
    this.cache = cache;
    this.local = local;
    this.index = local.index();
    this.contents = index.read();
    this.folder = directory.folder(Folder.AC);
  }

  /** Asks a remote store, if there is one, at once for all of these that are not here. */
  public void fetch(Collection<Digest> keys) {
    if (cache.hasRemote()) {
      List<Digest> absent =
          keys.stream().filter(key -> !fetched.contains(key) && state(key) == null).toList();
      cache.fetch(absent);
      fetched.addAll(absent);
    }
  }

  /** The record under the key, or null if there is none. Its blobs may be gone. */
  public @Nullable ActionResult find(Digest key) {
    FileState state = state(key);
    ActionResult known = state == null ? null : contents.entries().find(key, state);
    if (known != null) {
      return known;
    }
    ActionResult read = fetched.contains(key) ? local.find(key) : cache.find(key);
    if (state != null && read != null && state.equals(state(key))) {
      learned.writeBytes(IndexEntry.of(key, state, read));
    }
    return read;
  }

  /** Of the record's file; null if there is none. */
  private @Nullable FileState state(Digest key) {
    try {
      return FileState.of(folder.resolve(key.hex().substring(0, 2) + '/' + key.hex()));
    } catch (IOException e) {
      return null; // reading the record will find out why
    }
  }

  /**
   * Gives the index what it did not know, and rewrites it where it has outgrown its records. Where
   * the store cannot be written to, this does nothing.
   */
  @Override
  public void close() {
    try {
      if (learned.size() > 0) {
        index.append(learned.toByteArray());
        learned.reset();
      }
      if (contents.outgrown()) {
        compact();
      }
    } catch (IOException e) {
      learned.reset(); // the next reader reads from ac/ again
    }
  }

  /** Leaves the index one entry for each record that stands and of which it knows. */
  public void compact() throws IOException {
    index.compact(
        entries -> {
          ByteArrayOutputStream live = new ByteArrayOutputStream();
          for (Digest key : entries.keys()) {
            FileState state = state(key);
            ActionResult known = state == null ? null : entries.find(key, state);
            if (state != null && known != null) {
              live.writeBytes(IndexEntry.of(key, state, known));
            }
          }
          return live.toByteArray();
        });
  }
}
