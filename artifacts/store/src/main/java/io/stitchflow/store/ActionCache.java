package io.stitchflow.store;

import io.stitchflow.content.ActionKeys;
import io.stitchflow.content.Digest;
import io.stitchflow.content.FileState;
import io.stitchflow.content.StoreException;
import io.stitchflow.store.directory.DifferingResults;
import io.stitchflow.store.directory.Listing;
import io.stitchflow.store.directory.StoreDirectory;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import io.stitchflow.store.directory.TrashFolder;
import io.stitchflow.store.remote.RemoteTier;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ActionResult;
import io.stitchflow.v1.Output;
import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Which blobs each action gave: records under action keys.
 *
 * <p>The first record under a key is everybody's; another one with other digests means that the
 * stage is not deterministic and is kept under {@code nondeterminism/}. A damaged record is a miss.
 */
public final class ActionCache {
  private static final int REQUESTS_AT_ONCE = 16;

  private final Store store;
  private final StoreDirectory directory;
  private final @Nullable RemoteTier remote;
  private final LocalRecords local;
  private final ActionFiles actions;
  private final DifferingResults others;

  public ActionCache(Store store) {
    this.store = store;
    this.directory = store.directory();
    this.remote = store.remote();
    this.others = new DifferingResults(directory);
    this.local = new LocalRecords(directory, others);
    this.actions = new ActionFiles(store);
  }

  /**
   * The record under the key, or null if there is none that is whole and readable. Its blobs may be
   * gone.
   */
  public @Nullable ActionResult find(Digest key) {
    ActionResult here = local.find(key);
    if (remote == null) {
      return here;
    }
    if (here == null) {
      return findThere(remote, key);
    }
    remote.learnSizes(here);
    return here;
  }

  private @Nullable ActionResult findThere(RemoteTier there, Digest key) {
    ActionResult result = there.find(key);
    if (result != null) {
      try {
        return local.publish(key, result);
      } catch (IOException e) {
        // it is right, kept or not
      }
    }
    return result;
  }

  /** What was hashed to the keys. */
  public ActionFiles actions() {
    return actions;
  }

  boolean hasRemote() {
    return remote != null;
  }

  /** Brings those of these records here that are in the remote store, many at once. */
  void fetch(Collection<Digest> keys) {
    RemoteTier there = remote;
    if (there == null || keys.isEmpty()) {
      return;
    }
    ExecutorService requests = Executors.newFixedThreadPool(REQUESTS_AT_ONCE);
    try {
      CompletableFuture.allOf(
              keys.stream()
                  .map(key -> CompletableFuture.runAsync(() -> findThere(there, key), requests))
                  .toArray(CompletableFuture[]::new))
          .join();
    } finally {
      requests.shutdownNow();
    }
  }

  /** For many look-ups: reads the index instead of many records. */
  public Records snapshot() {
    return new Records(directory, this, local);
  }

  /** Keys of records that begin with these hexadecimal digits, in their order. */
  public List<Digest> findKeys(String prefix) throws IOException {
    return keys().stream().filter(key -> key.hex().startsWith(prefix)).toList();
  }

  /** Keys of all records, in their order; what a record says is not looked at. */
  public List<Digest> keys() throws IOException {
    return Listing.digests(directory, directory.folder(Folder.AC));
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
    return others.keys();
  }

  /** Results of the action other than the record that stands, each once; damaged ones left out. */
  public List<ActionResult> otherResults(Digest key) throws IOException {
    return others.of(key);
  }

  /**
   * Whether all blobs are there, each of the size that was recorded; does not read them. With a
   * remote store, a blob that is not here is assumed to be there until a request for it fails.
   */
  public boolean whole(ActionResult result) {
    if (remote != null) {
      remote.learnSizes(result);
    }
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
    actions.write(key, action);
    return agree(key, action, local.publish(key, result));
  }

  /** Publishes what stands here to the remote store too; what stands there wins. */
  private ActionResult agree(Digest key, Action action, ActionResult here) throws IOException {
    if (remote == null) {
      return here;
    }
    ActionResult there = remote.publish(key, ActionKeys.canonicalBytes(action), here);
    if (DifferingResults.haveSameOutputs(here, there)) {
      return here;
    }
    others.note(key, there, here);
    local.replace(key, there);
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
    ActionResult standing = local.find(key);
    if (standing == null || whole(standing) || DifferingResults.haveSameOutputs(standing, result)) {
      standing = publish(key, action, result);
      if (DifferingResults.haveSameOutputs(standing, result) || whole(standing)) {
        return standing;
      }
    }
    others.note(key, result, standing);
    local.replace(key, result);
    return agree(key, action, result);
  }

  /**
   * Publishes to the remote store what it could not take when that was computed here; leaves off
   * where it fails several times in a row.
   *
   * @return how many results it took
   * @throws StoreException if {@code unsent/} cannot be listed
   */
  public int sendUnsent() throws IOException {
    int sent = 0;
    if (remote != null) {
      for (Digest key : remote.unsent()) {
        if (remote.isResting()) {
          break;
        }
        ActionResult result = local.find(key);
        Action action = actions.findHere(key);
        if (result == null || action == null || !hasBlobs(result)) {
          remote.forgetUnsent(key); // collected since: it would have to be computed again
        } else {
          agree(key, action, result);
          sent += remote.hasTaken(key) ? 1 : 0;
        }
      }
    }
    return sent;
  }

  private boolean hasBlobs(ActionResult result) {
    return result.getOutputList().stream()
        .allMatch(o -> store.find(Digest.from(o.getDigest()), o.getSizeBytes()) != null);
  }

  /**
   * For callers that need the record in the remote store too.
   *
   * @throws StoreException if this process published it, but not there
   */
  public void checkPublishedThere(Digest key) throws StoreException {
    if (remote != null) {
      remote.checkPublished(key);
    }
  }

  private void check(Digest key, Action action, ActionResult result) throws IOException {
    Digest actual = ActionKeys.key(action);
    if (!actual.equals(key)) {
      throw new IllegalArgumentException("the action's key is " + actual + ", but was: " + key);
    }
    if (result.getOutputCount() == 0) {
      throw new IllegalArgumentException("an action gives at least one output, key " + key);
    }
    for (Output output : result.getOutputList()) {
      if (!isThere(output)) {
        throw new IllegalStateException(
            "output '"
                + output.getName()
                + "' is not in the store: "
                + Digest.from(output.getDigest())
                + ", "
                + output.getSizeBytes()
                + " bytes; put blobs before their record");
      }
    }
  }

  /** Looks into the trash too: a collection may have taken a blob just before it was put again. */
  private boolean isThere(Output output) throws IOException {
    Digest digest = Digest.from(output.getDigest());
    if (store.has(digest, output.getSizeBytes())) {
      return true;
    }
    TrashFolder.giveBack(directory, directory.path(Folder.CAS, digest));
    return store.has(digest, output.getSizeBytes());
  }
}
