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
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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
  private final AtomicLong failedLookups = new AtomicLong();

  public ActionCache(Store store) {
    this.store = store;
    this.directory = store.directory();
  }

  /**
   * The record under the key, or null if there is none that is whole and readable. Its blobs may be
   * gone.
   */
  public @Nullable ActionResult find(Digest key) {
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

  /** Look-ups that ended in an error of the file system and counted as misses. */
  public long failedLookups() {
    return failedLookups.get();
  }

  /** What was hashed to the key, or null if the store does not have it whole. */
  public @Nullable Action findAction(Digest key) {
    try {
      byte[] bytes = Files.readAllBytes(directory.path(Folder.ACTION, key));
      return Digest.of(bytes).equals(key) ? Action.parseFrom(bytes) : null;
    } catch (InvalidProtocolBufferException | NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      failedLookups.incrementAndGet();
      return null;
    }
  }

  /** Keys of all records, in their order; what a record says is not looked at. */
  public List<Digest> keys() throws IOException {
    return Listing.digests(directory.folder(Folder.AC));
  }

  /** When the record under the key was published, or null if there is none. */
  public @Nullable Instant published(Digest key) {
    try {
      return FileState.of(directory.path(Folder.AC, key)).modified().toInstant();
    } catch (IOException e) {
      return null;
    }
  }

  /** Keys of actions that gave different results at different times. */
  public List<Digest> nondeterministicKeys() throws IOException {
    return Listing.digests(directory.folder(Folder.NONDETERMINISM));
  }

  /** Results of the action other than the record that stands, each once; damaged ones left out. */
  public List<ActionResult> otherResults(Digest key) throws IOException {
    List<ActionResult> others = new ArrayList<>();
    for (Path file : Listing.entries(directory.path(Folder.NONDETERMINISM, key))) {
      try {
        ActionResult other = RecordFrame.decode(key, Files.readAllBytes(file));
        if (other != null) {
          others.add(other);
        }
      } catch (IOException e) {
        throw directory.explain(file, e);
      }
    }
    return others;
  }

  /** Whether all blobs are there, each of the size that was recorded; does not read them. */
  public boolean whole(ActionResult result) {
    return result.getOutputList().stream()
        .allMatch(o -> store.find(Digest.from(o.getDigest()), o.getSizeBytes()) != null);
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
    Path record = directory.path(Folder.AC, key);
    Path temporary = directory.writeTemporary(RecordFrame.encode(key, result));
    try {
      while (!directory.linkIfAbsent(temporary, record)) {
        ActionResult standing = find(key); // null: it was damaged and is now out of the way
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
    ActionResult standing = find(key);
    if (standing == null || whole(standing) || sameOutputs(standing, result)) {
      return publish(key, action, result);
    }
    noteDifference(key, result, standing);
    Path temporary = directory.writeTemporary(RecordFrame.encode(key, result));
    try {
      directory.replace(temporary, directory.path(Folder.AC, key));
      return result;
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
    if (findAction(key) != null) {
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
    Digest outputs = Digest.of(other.toBuilder().clearSeconds().build().toByteArray());
    Path file = directory.path(Folder.NONDETERMINISM, key).resolve(outputs.hex());
    Path temporary = directory.writeTemporary(RecordFrame.encode(key, other));
    try {
      directory.linkIfAbsent(temporary, file);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /** Equal but for the time that computing took. */
  static boolean sameOutputs(ActionResult a, ActionResult b) {
    return a.getOutputList().equals(b.getOutputList());
  }
}
