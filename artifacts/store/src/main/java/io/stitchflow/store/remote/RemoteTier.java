package io.stitchflow.store.remote;

import io.stitchflow.content.Digest;
import io.stitchflow.content.RecordFrame;
import io.stitchflow.content.StoreException;
import io.stitchflow.store.ActionCache;
import io.stitchflow.store.directory.DifferingResults;
import io.stitchflow.store.directory.Listing;
import io.stitchflow.store.directory.OpenedFiles;
import io.stitchflow.store.directory.StoreDirectory;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import io.stitchflow.store.directory.StoreFormat;
import io.stitchflow.store.remote.RemoteStore.Capability;
import io.stitchflow.store.remote.RemoteStore.Content;
import io.stitchflow.store.remote.RemoteStore.RemoteObject;
import io.stitchflow.v1.ActionResult;
import io.stitchflow.v1.Output;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The remote store behind a local directory: what is not here is looked up there, what is published
 * here is published there.
 *
 * <p>A remote record promises its blobs; a blob that then is not there, or has other bytes, is
 * computed again. Look-ups that fail are misses; a publish that fails leaves the result here. Both
 * are counted in {@link #warnings}.
 */
public final class RemoteTier {
  private static final int ATTEMPTS = 3;

  private final RemoteStore remote;
  private final StoreDirectory directory;
  private final RemoteFailures trouble;

  /** Blobs that this process could not get, for any reason. */
  private final Set<Digest> unavailable = ConcurrentHashMap.newKeySet();

  /** Of these, the ones that are not there, or have other bytes. */
  private final Set<Digest> lost = ConcurrentHashMap.newKeySet();

  /** Sizes that records state, in bytes. */
  private final Map<Digest, Long> sizes = new ConcurrentHashMap<>();

  /** Keys of results that it could not take, and why. */
  private final Map<Digest, String> unpublished = new ConcurrentHashMap<>();

  /** Whether FORMAT is known to be there, or not to be wanted. */
  private volatile boolean hasFormat;

  public RemoteTier(RemoteStore remote, StoreDirectory directory, RemoteFailures trouble) {
    this.remote = remote;
    this.directory = directory;
    this.trouble = trouble;
    this.hasFormat = !remote.capabilities().contains(Capability.ANY_NAME);
  }

  public RemoteStore store() {
    return remote;
  }

  /** Leases among the machines that share the store, or null where it cannot have them. */
  @Nullable
  public RemoteLeases leases(Heartbeats heartbeats) {
    return remote.capabilities().containsAll(EnumSet.allOf(Capability.class))
        ? new RemoteLeases(remote, trouble, heartbeats)
        : null;
  }

  static String blobName(Digest digest) {
    return name(Folder.CAS, digest);
  }

  static String name(Folder folder, Digest digest) {
    return folder.folderName() + "/" + digest.hex().substring(0, 2) + "/" + digest.hex();
  }

  /** At most a line a kind of trouble so far. */
  public List<String> warnings() {
    return trouble.warnings();
  }

  /**
   * Checks the format of the remote store.
   *
   * @throws StoreException if a newer program has written there, or it cannot be a store
   */
  public void checkFormat() throws StoreException {
    try {
      byte[] format = remote.getSmall(StoreFormat.NAME);
      if (format != null) {
        StoreFormat.check(
            remote.address() + "/" + StoreFormat.NAME, new String(format, StandardCharsets.UTF_8));
      }
    } catch (StoreException e) {
      throw e;
    } catch (IOException e) {
      trouble.lookUpFailed(e);
    }
  }

  /** The record under the key, or null if there is none that is whole. */
  @Nullable
  public ActionResult find(Digest key) {
    byte[] frame = look(name(Folder.AC, key));
    if (frame == null) {
      return null;
    }
    ActionResult result = RecordFrame.decode(key, frame);
    if (result == null) {
      trouble.isDamaged(name(Folder.AC, key));
      return null;
    }
    learnSizes(result);
    return result;
  }

  /** What should hash to the key, or null if there is nothing. */
  public byte @Nullable [] findAction(Digest key) {
    return look(name(Folder.ACTION, key));
  }

  /** From now on, {@link #fetch} accepts these blobs in their recorded sizes only. */
  public void learnSizes(ActionResult result) {
    for (Output output : result.getOutputList()) {
      sizes.put(Digest.from(output.getDigest()), output.getSizeBytes());
    }
  }

  /** Whether the blob is assumed to be there; sends no request. */
  public boolean promises(Digest digest) {
    return !unavailable.contains(digest);
  }

  /**
   * Brings a blob into the directory.
   *
   * @return whether it is there now; its bytes were right when they arrived
   * @throws StoreException if this machine cannot keep it
   */
  public boolean fetch(Digest digest) throws IOException {
    unavailable.add(digest);
    if (trouble.isResting()) {
      trouble.lookUpLeftOut();
      return false;
    }
    try {
      long sizeBytes = sizes.getOrDefault(digest, RemoteDownload.UNKNOWN);
      RemoteDownload.End end = new RemoteDownload(remote, directory, digest, sizeBytes).run();
      trouble.worked();
      if (end == RemoteDownload.End.DONE) {
        found(digest);
        return true;
      }
      lost.add(digest);
      if (end == RemoteDownload.End.DAMAGED) {
        trouble.isDamaged(blobName(digest));
      }
      return false;
    } catch (StoreException e) {
      throw e;
    } catch (IOException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw e;
      }
      trouble.lookUpFailed(e);
      return false;
    }
  }

  private void found(Digest digest) {
    unavailable.remove(digest);
    lost.remove(digest);
  }

  /**
   * Publishes what stands here: blobs, then the action, then the record.
   *
   * @param action its canonical bytes
   * @return the record that stands there now; {@code result} where that is not to be known
   */
  public ActionResult publish(Digest key, byte[] action, ActionResult result) throws IOException {
    if (trouble.isResting()) {
      trouble.publishLeftOut();
      notTaken(key, RemoteFailures.NOT_TRIED);
      return result;
    }
    try {
      putFormat();
      for (Output output : result.getOutputList()) {
        putBlob(output);
      }
      putIfAbsent(name(Folder.ACTION, key), action);
      ActionResult standing = putRecord(key, result);
      unpublished.remove(key);
      forgetUnsent(key);
      trouble.worked();
      return standing;
    } catch (IOException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw e;
      }
      trouble.publishFailed(e);
      notTaken(key, String.valueOf(e.getMessage()));
      return result;
    }
  }

  /** Leaves a mark for {@link ActionCache#sendUnsent}; without one, it is only not sent later. */
  private void notTaken(Digest key, String why) {
    unpublished.put(key, why);
    try {
      OpenedFiles.forLock(directory, directory.path(Folder.UNSENT, key)).close();
    } catch (IOException e) {
      trouble.publishFailed(e);
    }
  }

  /** Keys of results that are here and could not be published there, by any process. */
  public List<Digest> unsent() throws IOException {
    return Listing.digests(directory, directory.folder(Folder.UNSENT));
  }

  /** Whether it failed several times in a row and is not asked for a while. */
  public boolean isResting() {
    return trouble.isResting();
  }

  /** Whether it has what this process published last under the key. */
  public boolean hasTaken(Digest key) {
    return !unpublished.containsKey(key);
  }

  public void forgetUnsent(Digest key) throws IOException {
    Files.deleteIfExists(directory.path(Folder.UNSENT, key));
  }

  /**
   * Checks that the remote store has what this process published.
   *
   * @throws StoreException if this process published under the key, but not there
   */
  public void checkPublished(Digest key) throws StoreException {
    String why = unpublished.get(key);
    if (why != null) {
      throw new StoreException(
          remote.address()
              + ": a result could not be uploaded and is only in "
              + directory.root()
              + ": "
              + why);
    }
  }

  private void putFormat() throws IOException {
    if (!hasFormat) {
      putIfAbsent(StoreFormat.NAME, StoreFormat.CONTENT.getBytes(StandardCharsets.UTF_8));
      hasFormat = true;
    }
  }

  private void putBlob(Output output) throws IOException {
    Digest digest = Digest.from(output.getDigest());
    String name = blobName(digest);
    RemoteObject there = remote.find(name);
    Path here = directory.path(Folder.CAS, digest);
    boolean sound =
        there != null
            && (there.sizeBytes() < 0 || there.sizeBytes() == output.getSizeBytes())
            && !lost.contains(digest);
    if (!sound && !Files.exists(here)) {
      throw new IOException(
          name
              + ": is in neither the local nor the remote store, so the record is not published; run"
              + " again to recompute it");
    }
    if (!sound && there != null) {
      remote.replace(name, Content.of(here));
    } else if (!sound) {
      remote.putIfAbsent(name, Content.of(here));
    }
    found(digest);
  }

  /** Saves sending what is most likely there. */
  private void putIfAbsent(String name, byte[] bytes) throws IOException {
    if (remote.find(name) == null) {
      remote.putIfAbsent(name, Content.of(bytes));
    }
  }

  private ActionResult putRecord(Digest key, ActionResult result) throws IOException {
    String name = name(Folder.AC, key);
    Content record = Content.of(RecordFrame.encode(key, result));
    for (int i = 0; i < ATTEMPTS; i++) {
      if (remote.putIfAbsent(name, record)) {
        return result;
      }
      byte[] frame = readStanding(name);
      if (frame == null) {
        continue; // it was removed just now
      }
      ActionResult standing = RecordFrame.decode(key, frame);
      if (standing == null
          || (isLost(standing) && !DifferingResults.haveSameOutputs(standing, result))) {
        remote.replace(name, record);
        note(key, standing);
        return result;
      }
      if (!DifferingResults.haveSameOutputs(standing, result)) {
        note(key, result);
      }
      return standing;
    }
    throw new IOException(
        remote.address()
            + "/"
            + name
            + ": was created and deleted by others "
            + ATTEMPTS
            + " times in a row");
  }

  /** The bytes of a record, or null if there is none; empty where it is too large to be one. */
  private byte @Nullable [] readStanding(String name) throws IOException {
    try {
      return remote.getSmall(name);
    } catch (FileSystemException e) {
      return new byte[0];
    }
  }

  private boolean isLost(ActionResult result) {
    return result.getOutputList().stream()
        .anyMatch(output -> lost.contains(Digest.from(output.getDigest())));
  }

  /** Keeps a record that lost, if there is one. */
  private void note(Digest key, @Nullable ActionResult other) throws IOException {
    if (other != null && remote.capabilities().contains(Capability.ANY_NAME)) {
      putIfAbsent(
          name(Folder.NONDETERMINISM, key) + "/" + DifferingResults.outputsDigest(other).hex(),
          RecordFrame.encode(key, other));
    }
  }

  /** All bytes of a small object, or null if there is none or it could not be read. */
  private byte @Nullable [] look(String name) {
    if (trouble.isResting()) {
      trouble.lookUpLeftOut();
      return null;
    }
    try {
      byte[] bytes = remote.getSmall(name);
      trouble.worked();
      return bytes;
    } catch (IOException e) {
      trouble.lookUpFailed(e);
      return null;
    }
  }
}
