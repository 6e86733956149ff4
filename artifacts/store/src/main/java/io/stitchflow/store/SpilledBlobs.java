package io.stitchflow.store;

import io.stitchflow.content.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Blobs that a store could not take: kept in the machine's directory for temporary files until this
 * process ends, so that the run goes on.
 */
public final class SpilledBlobs {
  private static final Map<Path, SpilledBlobs> BY_STORE = new ConcurrentHashMap<>();

  private final Map<Digest, Path> blobs = new ConcurrentHashMap<>();
  private @Nullable Path directory;

  /** What this process keeps beside the store in that directory, by whichever object. */
  static SpilledBlobs of(Path root) {
    return BY_STORE.computeIfAbsent(root, store -> new SpilledBlobs());
  }

  /** A path, nothing there yet. */
  public synchronized Path newFile() throws IOException {
    Path parent = directory;
    if (parent == null) {
      parent = Files.createTempDirectory("stitchflow-unstored-");
      // A shutdown hook of our own would keep the classes of an ended Flink job loaded
      parent.toFile().deleteOnExit();
      directory = parent;
    }
    Path file = parent.resolve(UUID.randomUUID().toString());
    file.toFile().deleteOnExit();
    return file;
  }

  /** Whether the file was made by {@link #newFile}. */
  public synchronized boolean owns(Path file) {
    return directory != null && directory.equals(file.getParent());
  }

  /** Takes over a file. */
  public Digest keep(Path file) throws IOException {
    Path kept = owns(file) ? file : newFile();
    if (!kept.equals(file)) {
      Files.move(file, kept, StandardCopyOption.REPLACE_EXISTING);
    }
    Digest digest = Digest.of(kept);
    Path earlier = blobs.putIfAbsent(digest, kept);
    if (earlier != null) {
      Files.delete(kept);
    }
    return digest;
  }

  /** Where the blob is, or null. */
  @Nullable Path find(Digest digest) {
    return blobs.get(digest);
  }
}
