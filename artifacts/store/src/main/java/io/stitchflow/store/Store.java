package io.stitchflow.store;

import io.stitchflow.content.Digest;
import io.stitchflow.content.FileState;
import io.stitchflow.content.IoReason;
import io.stitchflow.content.MissingBlobException;
import io.stitchflow.content.StoreException;
import io.stitchflow.store.VerifiedBlobs.Kind;
import io.stitchflow.store.VerifiedBlobs.Verdict;
import io.stitchflow.store.directory.StoreDirectory;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import io.stitchflow.store.remote.RemoteFailures;
import io.stitchflow.store.remote.RemoteStore;
import io.stitchflow.store.remote.RemoteTier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A content-addressed store in a local directory: blobs, whole and read-only, under their SHA-256.
 * Behind it may be a remote store, from which blobs that are not here are fetched.
 *
 * <p>Safe for any number of threads and processes of one host. Wrong bytes are never handed out:
 * the first {@link #open} of a blob hashes it, and hashes it again once its size, modification time
 * or inode has changed.
 */
public final class Store {
  private final StoreDirectory directory;
  private final @Nullable RemoteTier remote;
  private final String location;
  private final SpilledBlobs unstored;

  private volatile boolean faulty;

  private final VerifiedBlobs verified;

  private Store(StoreDirectory directory, @Nullable RemoteTier remote, String location) {
    this.directory = directory;
    this.remote = remote;
    this.location = location;
    this.verified = new VerifiedBlobs(directory);
    this.unstored = SpilledBlobs.of(directory.root());
  }

  /**
   * Makes nothing: directories come with the first write.
   *
   * @throws StoreException if the path is not a directory, holds something else, or a store of a
   *     newer format
   */
  public static Store open(Path root) throws IOException {
    StoreDirectory directory = StoreDirectory.at(root);
    return new Store(directory, null, directory.root().toString());
  }

  /**
   * A directory with a remote store behind it. {@link Stores} opens one by its URI.
   *
   * @param location as {@link #location} says it
   * @throws StoreException also if the remote store is of a newer format; one that cannot be read
   *     is a warning
   */
  public static Store open(Path root, RemoteStore remote, String location) throws IOException {
    StoreDirectory directory = StoreDirectory.at(root);
    RemoteFailures trouble =
        new RemoteFailures(remote.address(), directory.root().toString(), System::nanoTime);
    RemoteTier tier = new RemoteTier(remote, directory, trouble);
    tier.checkFormat();
    return new Store(directory, tier, location);
  }

  /** What {@link Stores#open} takes to open the same store elsewhere: a directory or a URI. */
  public String location() {
    return location;
  }

  /** What is behind the directory, or null if nothing is. */
  public @Nullable RemoteStore remoteStore() {
    return remote == null ? null : remote.store();
  }

  /** What went wrong with the remote store so far, for people; at most a line a kind of trouble. */
  public List<String> warnings() {
    return remote == null ? List.of() : remote.warnings();
  }

  @Nullable
  public RemoteTier remote() {
    return remote;
  }

  public Path root() {
    return directory.root();
  }

  /**
   * What the disk of the directory can still take, in bytes.
   *
   * @throws StoreException if it cannot be determined
   */
  public long usableBytes() throws IOException {
    Path there = directory.root();
    for (Path parent = there; parent != null && !Files.exists(there); parent = there.getParent()) {
      there = parent;
    }
    try {
      return Files.getFileStore(there).getUsableSpace();
    } catch (IOException e) {
      throw directory.explain(there, e);
    }
  }

  /** Where runs keep their files. */
  public RunFolder runs() {
    return new RunFolder(directory);
  }

  /**
   * Where the blob is, unless it is absent or has changed its size since it was read; does not read
   * it.
   */
  public @Nullable Path find(Digest digest) {
    FileState known = verified.find(digest);
    FileState present = state(digest);
    if (present == null || (known != null && known.sizeBytes() != present.sizeBytes())) {
      return null;
    }
    return directory.path(Folder.CAS, digest);
  }

  /** Where the blob is, unless it is absent or has another size; does not read it. */
  public @Nullable Path find(Digest digest, long sizeBytes) {
    FileState present = state(digest);
    return present == null || present.sizeBytes() != sizeBytes
        ? null
        : directory.path(Folder.CAS, digest);
  }

  /**
   * The blob's file, its bytes verified; never to be written to. One that this process computed and
   * the store could not take is elsewhere.
   *
   * @throws MissingBlobException if it is absent, or was damaged: then it now lies in quarantine
   */
  public Path open(Digest digest) throws IOException {
    Path kept = unstored.find(digest);
    if (kept != null) {
      return kept;
    }
    Path path = directory.path(Folder.CAS, digest);
    Verdict verdict = verified.verifyAndRenew(digest);
    if (verdict.kind() != Kind.WHOLE && remote != null && remote.fetch(digest)) {
      verdict = verified.verifyAndRenew(digest);
    }
    return switch (verdict.kind()) {
      case WHOLE -> path;
      case ABSENT ->
          throw new MissingBlobException(
              digest, name(digest) + ": is not in " + location + "; run again to recompute it");
      case DAMAGED ->
          throw new MissingBlobException(
              digest,
              name(digest)
                  + ": should hash to its name, but: "
                  + verdict.found()
                  + "; moved to quarantine/, run again to recompute it");
    };
  }

  /**
   * Another name of a blob, for one reader: the bytes stay under it though the blob goes.
   *
   * @throws MissingBlobException as {@link #open}
   */
  public Held hold(Digest digest) throws IOException {
    Path blob = open(digest);
    if (unstored.owns(blob)) {
      return new Held(blob, false); // never goes while this process lives
    }
    Path name = directory.newTemporary();
    try {
      Files.createLink(name, blob);
    } catch (NoSuchFileException e) {
      throw new MissingBlobException(
          digest, name(digest) + ": was deleted from " + location + "; run again to recompute it");
    } catch (IOException e) {
      throw directory.explain(name, e);
    }
    return new Held(name, true);
  }

  /** A blob that stays until this is closed. */
  public record Held(Path path, boolean linked) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      if (linked) {
        Files.deleteIfExists(path);
      }
    }
  }

  /** Lets a blob go that can be computed again; who holds it keeps it. */
  public void drop(Digest digest) throws IOException {
    Path path = directory.path(Folder.CAS, digest);
    try {
      directory.delete(path);
    } catch (IOException e) {
      throw directory.explain(path, e);
    }
    verified.forget(digest);
  }

  /**
   * Creates and deletes a file, so that a run finds out before its first stage that the store is
   * read-only. A full disk passes: its results are kept elsewhere until the run ends.
   *
   * @throws StoreException if the store cannot be created or written to
   */
  public void checkWritable() throws IOException {
    try {
      Files.deleteIfExists(directory.writeUnforced(new byte[1]));
    } catch (IOException e) {
      if (!isDiskFull(e)) {
        throw e;
      }
    }
  }

  private static boolean isDiskFull(IOException e) {
    return IoReason.isDiskFull(e) || (e.getCause() instanceof IOException io && isDiskFull(io));
  }

  /** A path under {@code tmp/}, nothing there yet, for a file to {@link #put} or to delete. */
  public Path newTemporary() throws IOException {
    return directory.newTemporary();
  }

  /** Keeps these bytes. */
  public Digest put(byte[] bytes) throws IOException {
    Path temporary = directory.writeTemporary(bytes);
    try {
      return put(temporary);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /**
   * Takes over a file from {@link #newTemporary}; it is gone from there afterwards, unless this
   * fails. A whole blob that is there already stays; a damaged one is quarantined and replaced.
   */
  public Digest put(Path temporary) throws IOException {
    if (!directory.folder(Folder.TMP).equals(temporary.getParent())) {
      throw new IllegalArgumentException(
          "put takes files made by newTemporary, but was: " + temporary);
    }
    try {
      if (!isFile(temporary)) {
        throw new IllegalArgumentException("put takes a file, but there is none at " + temporary);
      }
      // read-only before it is hashed: a late writer must fail rather than alter it
      directory.seal(temporary);
      Digest digest = Digest.of(temporary);
      FileState state = FileState.of(temporary);
      Path path = directory.path(Folder.CAS, digest);
      boolean linked = directory.linkIfAbsent(temporary, path);
      while (!linked && !verified.isWholeAndYoung(digest)) {
        linked = directory.linkIfAbsent(temporary, path);
      }
      if (linked) {
        verified.add(digest, state);
      }
      Files.delete(temporary);
      return digest;
    } catch (IOException e) {
      throw directory.explain(temporary, e);
    }
  }

  /** Like {@link #put(Path)}, of a file from {@link SpilledBlobs#newFile}, which stays. */
  public Digest putCopy(Path file) throws IOException {
    Path temporary = directory.newTemporary();
    try {
      Files.copy(file, temporary);
      return put(temporary);
    } catch (IOException e) {
      throw directory.explain(temporary, e);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /** Moves a blob that a stage has found damaged to quarantine. */
  public void reportLost(Digest digest) throws IOException {
    reportFault();
    try {
      open(digest);
    } catch (MissingBlobException e) {
      return; // it is in quarantine now, or was deleted
    }
  }

  /** Remembers that a stage could not read what the store had promised. */
  public void reportFault() {
    faulty = true;
  }

  /** Whether a stage of this process has failed since a file of the store was lost under it. */
  public boolean isFaulty() {
    return faulty;
  }

  public SpilledBlobs unstored() {
    return unstored;
  }

  /** Whether the blob is there, of that size; unlike {@link #find}, tells a failing disk. */
  boolean has(Digest digest, long sizeBytes) throws IOException {
    Path path = directory.path(Folder.CAS, digest);
    try {
      return FileState.of(path).sizeBytes() == sizeBytes;
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw directory.explain(path, e);
    }
  }

  public StoreDirectory directory() {
    return directory;
  }

  private @Nullable FileState state(Digest digest) {
    try {
      BasicFileAttributes attributes =
          Files.readAttributes(
              directory.path(Folder.CAS, digest),
              BasicFileAttributes.class,
              LinkOption.NOFOLLOW_LINKS);
      return attributes.isRegularFile() ? FileState.of(attributes) : null;
    } catch (IOException e) {
      return null; // a store that cannot be read has nothing in it; writing will say why
    }
  }

  /** Unlike {@link Files#isRegularFile}, tells a failing disk. */
  public static boolean isFile(Path path) throws IOException {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
          .isRegularFile();
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  public static String name(Digest digest) {
    return "cas/" + digest.hex().substring(0, 2) + "/" + digest.brief() + "…";
  }
}
