package io.stitchflow.store;

import com.google.protobuf.InvalidProtocolBufferException;
import io.stitchflow.content.ActionKeys;
import io.stitchflow.content.Digest;
import io.stitchflow.content.FileAge;
import io.stitchflow.store.directory.StoreDirectory;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import io.stitchflow.store.remote.RemoteTier;
import io.stitchflow.v1.Action;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The actions of a store: what was hashed to each key. They explain records only. */
public final class ActionFiles {
  private final StoreDirectory directory;
  private final @Nullable RemoteTier remote;

  public ActionFiles(Store store) {
    this.directory = store.directory();
    this.remote = store.remote();
  }

  /** What was hashed to the key, or null if the store does not have it whole. */
  public @Nullable Action find(Digest key) {
    Action here = findHere(key);
    return here != null || remote == null ? here : findThere(remote, key);
  }

  private @Nullable Action findThere(RemoteTier there, Digest key) {
    byte[] bytes = there.findAction(key);
    Action action = bytes == null ? null : parse(key, bytes);
    if (action != null) {
      try {
        write(key, action); // so that a reader of the whole store asks once
      } catch (IOException e) {
        // it is right, kept or not
      }
    }
    return action;
  }

  /** As {@link #find}, without a remote store. */
  @Nullable Action findHere(Digest key) {
    try {
      return read(key);
    } catch (IOException e) {
      return null; // it only explains
    }
  }

  /**
   * What was hashed to the key, or null if the directory does not have it whole.
   *
   * @throws IOException if it cannot be read
   */
  public @Nullable Action read(Digest key) throws IOException {
    try {
      byte[] bytes = directory.read(directory.path(Folder.ACTION, key), ActionKeys.MOST_BYTES);
      return bytes == null ? null : parse(key, bytes);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private static @Nullable Action parse(Digest key, byte[] bytes) {
    try {
      return Digest.of(bytes).equals(key) ? Action.parseFrom(bytes) : null;
    } catch (InvalidProtocolBufferException e) {
      return null;
    }
  }

  /**
   * Keeps what is hashed to the key. Said before it is computed, collection knows what is being
   * read.
   */
  public void write(Digest key, Action action) throws IOException {
    if (findHere(key) != null && FileAge.renew(directory.path(Folder.ACTION, key))) {
      return;
    }
    // unforced: it proves itself, only explains, and is rewritten with the record
    Path temporary = directory.writeUnforced(ActionKeys.canonicalBytes(action));
    try {
      directory.replaceUnforced(temporary, directory.path(Folder.ACTION, key));
    } finally {
      Files.deleteIfExists(temporary);
    }
  }
}
