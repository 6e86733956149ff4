package io.stitchflow.artifacts;

import com.google.protobuf.InvalidProtocolBufferException;
import io.stitchflow.artifacts.StoreDirectory.Folder;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ActionResult;
import io.stitchflow.v1.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Which blobs each action gave: records under action keys.
 *
 * <p>The first record under a key is everybody's; another one with other digests means that the
 * stage is not deterministic and is kept under {@code nondeterminism/}. A damaged record is a miss.
 */
public final class ActionCache {
  private final Store store;
  private final StoreDirectory directory;
  private final @Nullable RemoteTier remote;
  private final AtomicLong failedLookups = new AtomicLong();

  public ActionCache(Store store) {
    this.store = store;
    this.directory = store.directory();
    this.remote = store.remote();
  }

  /**
   * The record under the key, or null if there is none that is whole and readable. Its blobs may be
   * gone.
   */
  public @Nullable ActionResult find(Digest key) {
    ActionResult here = findHere(key);
    return here != null || remote == null ? here : findThere(remote, key);
  }

  private @Nullable ActionResult findThere(RemoteTier there, Digest key) {
    ActionResult result = there.find(key);
    if (result != null) {
      try {
        return keep(key, result);
      } catch (IOException e) {
        failedLookups.incrementAndGet(); // it is right, kept or not
      }
    }
    return result;
  }

  private @Nullable ActionResult findHere(Digest key) {
    Path path = directory.path(Folder.AC, key);
    try {
      FileState state = FileState.of(path);
      ActionResult result = RecordFrame.decode(key, Files.readAllBytes(path));
      if (result == null) {
        directory.quarantine(path, state);
      }
      return result;
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      failedLookups.incrementAndGet(); // computing again is always right
      return null;
    }
  }

  /** Look-ups that ended in an error of the file system or the remote, and counted as misses. */
  public long failedLookups() {
    return failedLookups.get() + (remote == null ? 0 : remote.failedLookups());
  }

  /** What was hashed to the key, or null if the store does not have it whole. */
  public @Nullable Action findAction(Digest key) {
    Action here = findActionHere(key);
    byte[] there = here != null || remote == null ? null : remote.findAction(key);
    return there == null ? here : parseAction(key, there);
  }

  private static @Nullable Action parseAction(Digest key, byte[] bytes) {
    try {
      return Digest.of(bytes).equals(key) ? Action.parseFrom(bytes) : null;
    } catch (InvalidProtocolBufferException e) {
      return null;
    }
  }

  private @Nullable Action findActionHere(Digest key) {
    try {
      return parseAction(key, Files.readAllBytes(directory.path(Folder.ACTION, key)));
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      failedLookups.incrementAndGet();
      return null;
    }
  }

  /**
   * Whether all blobs are there, each of the size that was recorded; does not read them. With a
   * remote store, a blob that is not here is thought to be there until asking for it was in vain.
   */
  public boolean whole(ActionResult result) {
    return result.getOutputList().stream()
        .allMatch(
            o -> {
              Digest digest = Digest.from(o.getDigest());
              return store.find(digest, o.getSizeBytes()) != null
                  || (remote != null && remote.promises(digest));
            });
  }

  /**
   * Records what an action gave.
   *
   * @return the record that now stands: an earlier one, if there is any
   * @throws IllegalArgumentException if the key is not that action's, or there are no outputs
   * @throws IllegalStateException if a blob is not in the store: a record must never promise one
   *     that was not put
   */
  public ActionResult publish(Digest key, Action action, ActionResult result) throws IOException {
    check(key, action, result);
    writeAction(key, action);
    return agree(key, action, keep(key, result));
  }

  /** Records here; returns the record that now stands here. */
  private ActionResult keep(Digest key, ActionResult result) throws IOException {
    Path record = directory.path(Folder.AC, key);
    Path temporary = directory.writeTemporary(RecordFrame.encode(key, result));
    try {
      while (!directory.linkIfAbsent(temporary, record)) {
        ActionResult standing = findHere(key); // null: it was damaged and is now out of the way
        if (standing != null) {
          noteDifference(key, standing, result);
          return standing;
        }
      }
      return result;
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /** Publishes what stands here to the remote store too; what stands there wins. */
  private ActionResult agree(Digest key, Action action, ActionResult here) throws IOException {
    if (remote == null) {
      return here;
    }
    ActionResult there = remote.publish(key, ActionKeys.canonicalBytes(action), here);
    if (sameOutputs(here, there)) {
      return here;
    }
    noteDifference(key, there, here);
    overwrite(key, there);
    return there;
  }

  /**
   * Puts a record in the place of one whose blobs are lost and came out different this time. If the
   * record there has all its blobs after all, or says the same, it stays.
   *
   * @return the record that now stands
   * @throws IllegalArgumentException if the key is not that action's, or there are no outputs
   * @throws IllegalStateException if a blob is not in the store
   */
  public ActionResult replace(Digest key, Action action, ActionResult result) throws IOException {
    check(key, action, result);
    ActionResult standing = findHere(key);
    if (standing == null || whole(standing) || sameOutputs(standing, result)) {
      return publish(key, action, result);
    }
    noteDifference(key, result, standing);
    overwrite(key, result);
    return agree(key, action, result);
  }

  private void overwrite(Digest key, ActionResult result) throws IOException {
    Path temporary = directory.writeTemporary(RecordFrame.encode(key, result));
    try {
      directory.replace(temporary, directory.path(Folder.AC, key));
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private void check(Digest key, Action action, ActionResult result) {
    Digest actual = ActionKeys.key(action);
    if (!actual.equals(key)) {
      throw new IllegalArgumentException("the action's key is " + actual + ", but was: " + key);
    }
    if (result.getOutputCount() == 0) {
      throw new IllegalArgumentException("an action gives at least one output, key " + key);
    }
    for (Output output : result.getOutputList()) {
      Digest digest = Digest.from(output.getDigest());
      if (store.find(digest, output.getSizeBytes()) == null) {
        throw new IllegalStateException(
            "output '"
                + output.getName()
                + "' is not in the store: "
                + digest
                + ", "
                + output.getSizeBytes()
                + " bytes; put blobs before their record");
      }
    }
  }

  private void writeAction(Digest key, Action action) throws IOException {
    if (findActionHere(key) != null) {
      return;
    }
    Path temporary = directory.writeTemporary(ActionKeys.canonicalBytes(action));
    try {
      directory.replace(temporary, directory.path(Folder.ACTION, key));
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private void noteDifference(Digest key, ActionResult standing, ActionResult other)
      throws IOException {
    if (sameOutputs(standing, other)) {
      return;
    }
    Path file = directory.path(Folder.NONDETERMINISM, key).resolve(outputsDigest(other).hex());
    Path temporary = directory.writeTemporary(RecordFrame.encode(key, other));
    try {
      directory.linkIfAbsent(temporary, file);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  static Digest outputsDigest(ActionResult result) {
    return Digest.of(result.toBuilder().clearSeconds().build().toByteArray());
  }

  /** Equal but for the time that computing took. */
  static boolean sameOutputs(ActionResult a, ActionResult b) {
    return a.getOutputList().equals(b.getOutputList());
  }
}
