package io.stitchflow.artifacts;

import io.stitchflow.artifacts.StoreDirectory.Folder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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

  /** Blobs whose bytes this process has hashed, as they were then. */
  private final Map<Digest, FileState> verified = new ConcurrentHashMap<>();

  private Store(StoreDirectory directory, @Nullable RemoteTier remote, String location) {
    this.directory = directory;
    this.remote = remote;
    this.location = location;
  }

  /**
   * Makes nothing: directories come with the first write.
   *
   * @throws StoreException if the path is no directory, holds something else, or a store of a newer
   *     format
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
    RemoteTrouble trouble =
        new RemoteTrouble(remote.address(), directory.root().toString(), System::nanoTime);
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

  @Nullable RemoteTier remote() {
    return remote;
  }

  public Path root() {
    return directory.root();
  }

  /** Where runs keep their files; nothing may be there yet. */
  public Path runs() {
    return directory.folder(Folder.RUNS);
  }

  /** Makes a directory of {@link #runs}, and the store where there is none. */
  public void makeRun(Path run) throws IOException {
    if (!run.startsWith(runs())) {
      throw new IllegalArgumentException("a run's files are under " + runs() + ", but was: " + run);
    }
    directory.prepare();
    directory.makeDirectories(run);
  }

  /**
   * Where the blob is, unless it is absent or has changed its size since it was read; does not read
   * it.
   */
  public @Nullable Path find(Digest digest) {
    FileState known = verified.get(digest);
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
   * The blob's file, its bytes verified; never to be written to.
   *
   * @throws MissingBlobException if it is absent, or was damaged: then it now lies in quarantine
   */
  public Path open(Digest digest) throws IOException {
    Path path = directory.path(Folder.CAS, digest);
    Verdict verdict = verify(digest, path);
    if (verdict.kind != Kind.WHOLE && remote != null && remote.fetch(digest)) {
      verdict = verify(digest, path);
    }
    return switch (verdict.kind) {
      case WHOLE -> path;
      case ABSENT ->
          throw new MissingBlobException(
              digest, name(digest) + ": is not in " + location + "; run again to recompute it");
      case DAMAGED ->
          throw new MissingBlobException(
              digest,
              name(digest)
                  + ": should hash to its name, but: "
                  + verdict.found
                  + "; moved to quarantine/, run again to recompute it");
    };
  }

  /** A path under {@code tmp/}, nothing there yet, for a file to {@link #put} or to delete. */
  public Path newTemporary() throws IOException {
    return directory.newTemporary();
  }

  /** Keeps these bytes. */
  public Digest put(byte[] bytes) throws IOException {
    Digest digest = Digest.of(bytes);
    if (find(digest, bytes.length) != null
        && verify(digest, directory.path(Folder.CAS, digest)).kind == Kind.WHOLE) {
      return digest;
    }
    return put(directory.writeTemporary(bytes));
  }

  /**
   * Takes over a file from {@link #newTemporary}; it is gone from there afterwards, also when this
   * fails. A whole blob that is there already stays; a damaged one is quarantined and replaced.
   */
  public Digest put(Path temporary) throws IOException {
    if (!directory.folder(Folder.TMP).equals(temporary.getParent())) {
      throw new IllegalArgumentException(
          "put takes files made by newTemporary, but was: " + temporary);
    }
    if (!Files.isRegularFile(temporary, LinkOption.NOFOLLOW_LINKS)) {
      throw new IllegalArgumentException("put takes a file, but there is none at " + temporary);
    }
    try {
      // read-only before it is hashed: whoever still writes must fail rather than alter it
      directory.seal(temporary);
      Digest digest = Digest.of(temporary);
      FileState state = FileState.of(temporary);
      Path path = directory.path(Folder.CAS, digest);
      while (!directory.linkIfAbsent(temporary, path)) {
        if (verify(digest, path).kind == Kind.WHOLE) {
          return digest;
        }
      }
      verified.put(digest, state);
      return digest;
    } catch (IOException e) {
      throw directory.explain(temporary, e);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  StoreDirectory directory() {
    return directory;
  }

  private @Nullable FileState state(Digest digest) {
    try {
      return FileState.of(directory.path(Folder.CAS, digest));
    } catch (IOException e) {
      return null; // a store that cannot be read has nothing in it; writing will say why
    }
  }

  private enum Kind {
    WHOLE,
    ABSENT,
    DAMAGED
  }

  /** {@code found}: what is there instead, for people. */
  private record Verdict(Kind kind, String found) {}

  /** Hashes what has not been hashed as it is now; quarantines what is damaged. */
  private Verdict verify(Digest digest, Path path) throws IOException {
    try {
      FileState state = FileState.of(path);
      if (state.equals(verified.get(digest))) {
        return new Verdict(Kind.WHOLE, "");
      }
      String found = content(path);
      if (found.equals(digest.hex())) {
        verified.put(digest, state);
        return new Verdict(Kind.WHOLE, "");
      }
      verified.remove(digest);
      directory.quarantine(path, state);
      return new Verdict(Kind.DAMAGED, found);
    } catch (NoSuchFileException e) {
      return new Verdict(Kind.ABSENT, "");
    } catch (IOException e) {
      throw directory.explain(path, e);
    }
  }

  /** The hash of the file, or what keeps it from having one. */
  private static String content(Path path) throws IOException {
    if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      return "is not a file";
    }
    try {
      return Digest.of(path).hex();
    } catch (IOException e) {
      // a bad sector is damage to this blob; any other error may hit sound blobs as well
      if (String.valueOf(e.getMessage()).contains("Input/output error")) {
        return "cannot be read from the disk";
      }
      throw e;
    }
  }

  private static String name(Digest digest) {
    return "cas/" + digest.hex().substring(0, 2) + "/" + digest.brief() + "…";
  }
}
