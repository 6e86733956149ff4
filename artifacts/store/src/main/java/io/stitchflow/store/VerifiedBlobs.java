package io.stitchflow.store;

import io.stitchflow.content.Digest;
import io.stitchflow.content.FileAge;
import io.stitchflow.content.FileState;
import io.stitchflow.content.IoReason;
import io.stitchflow.store.directory.StoreDirectory;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Verifies the blobs of a directory, each once as long as its file stays the same. Of small ones,
 * of which a run has thousands, the last are remembered; others are hashed again.
 */
public final class VerifiedBlobs {
  /** Fewer take less than 0.1 ms to hash. */
  static final int LARGE_BYTES = 1 << 16;

  static final int SMALL_BLOBS_REMEMBERED = 1024;

  private final StoreDirectory directory;

  /** Large blobs whose bytes this process has hashed, as they were then. */
  private final Map<Digest, FileState> large = new ConcurrentHashMap<>();

  /** The last small ones. */
  private final Map<Digest, FileState> small =
      Collections.synchronizedMap(
          new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<Digest, FileState> eldest) {
              return size() > SMALL_BLOBS_REMEMBERED;
            }
          });

  VerifiedBlobs(StoreDirectory directory) {
    this.directory = directory;
  }

  enum Kind {
    WHOLE,
    ABSENT,
    DAMAGED
  }

  /** {@code found}: what is there instead, for people. */
  record Verdict(Kind kind, String found) {}

  /** As the blob was when it was verified, or null. */
  @Nullable FileState find(Digest digest) {
    FileState state = large.get(digest);
    return state == null ? small.get(digest) : state;
  }

  /** Takes a blob for whole that the caller has hashed. */
  void add(Digest digest, FileState state) {
    (state.sizeBytes() < LARGE_BYTES ? small : large).put(digest, state);
  }

  void forget(Digest digest) {
    large.remove(digest);
    small.remove(digest);
  }

  /** Whether the blob is whole and was made young, so that no collection takes it. */
  boolean isWholeAndYoung(Digest digest) throws IOException {
    return verify(digest).kind == Kind.WHOLE && renew(digest);
  }

  /** What this finds whole is young: no collection takes it. */
  Verdict verifyAndRenew(Digest digest) throws IOException {
    Verdict verdict = verify(digest);
    return verdict.kind == Kind.WHOLE && !renewIfPossible(digest)
        ? new Verdict(Kind.ABSENT, "")
        : verdict;
  }

  /** Hashes what has not been hashed as it is now; quarantines what is damaged. */
  private Verdict verify(Digest digest) throws IOException {
    Path path = directory.path(Folder.CAS, digest);
    directory.checkParents(path);
    try {
      FileState state = FileState.of(path);
      if (state.equals(find(digest))) {
        return new Verdict(Kind.WHOLE, "");
      }
      String found = content(path);
      if (found.equals(digest.hex())) {
        add(digest, state);
        return new Verdict(Kind.WHOLE, "");
      }
      forget(digest);
      directory.quarantine(path, state);
      return new Verdict(Kind.DAMAGED, found);
    } catch (NoSuchFileException e) {
      return new Verdict(Kind.ABSENT, "");
    } catch (IOException e) {
      throw directory.explain(path, e);
    }
  }

  /** Makes a verified blob young, so that no collection takes it; false if it is gone. */
  private boolean renew(Digest digest) throws IOException {
    Path path = directory.path(Folder.CAS, digest);
    FileState hashed = find(digest);
    if (!FileAge.renew(path)) {
      return false;
    }
    FileState now = FileState.of(path);
    if (hashed != null
        && hashed.sizeBytes() == now.sizeBytes()
        && Objects.equals(hashed.inode(), now.inode())) {
      add(digest, now); // only its age is another
    }
    return true;
  }

  private boolean renewIfPossible(Digest digest) {
    try {
      return renew(digest);
    } catch (IOException e) {
      return true; // a store that cannot be written is not collected either
    }
  }

  /** The hash of the file, or what keeps it from having one. */
  public static String content(Path path) throws IOException {
    if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      return "is not a file";
    }
    try {
      return Digest.of(path).hex();
    } catch (IOException e) {
      // a bad sector is damage to this blob; any other error may hit sound blobs as well
      if (IoReason.isUnreadable(e)) {
        return "cannot be read from the disk";
      }
      throw e;
    }
  }
}
