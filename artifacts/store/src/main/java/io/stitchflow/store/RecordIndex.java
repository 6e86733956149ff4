package io.stitchflow.store;

import io.stitchflow.store.directory.OpenedFiles;
import io.stitchflow.store.directory.StoreDirectory;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import io.stitchflow.store.directory.StorePaths;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files of {@code index/}: what records said when they were published, so that many are read at
 * once.
 *
 * <p>Each writer appends to a log of its own. Compaction seals logs by renaming them and writes one
 * sealed file in the place of many; a sealed file is never written to again. Nothing here is forced
 * to disk but what compaction writes: what a crash takes is read from {@code ac/} again.
 */
final class RecordIndex {
  private static final String LOG = ".log";
  private static final String SEALED = ".sealed";
  private static final String LOCK = "lock";
  private static final int MOST_FILES = 8;
  private static final int LEAST_DEAD_BYTES = 1 << 16;
  private static final int MOST_GROWTH = 3;

  /** Of all files together, for 1.8 million records; what is beyond is read from {@code ac/}. */
  private static final int MOST_BYTES = 256 << 20;

  private static final int MOST_READS = 10;
  private static final int MOST_WRITES = 10;

  private final StoreDirectory directory;
  private final Path folder;
  private final Path log;

  RecordIndex(StoreDirectory directory) {
    this.directory = directory;
    this.folder = directory.folder(Folder.INDEX);
    this.log = folder.resolve(ProcessHandle.current().pid() + "-" + UUID.randomUUID() + LOG);
  }

  /**
   * What was read.
   *
   * @param files those that it was read from
   * @param sizeBytes theirs together
   */
  record Contents(IndexEntries entries, List<Path> files, long sizeBytes) {
    static final Contents NOTHING = new Contents(new IndexEntries(new byte[0]), List.of(), 0);

    /** Whether rewriting the remaining entries is worth it. */
    boolean outgrown() {
      return files.size() > MOST_FILES
          || sizeBytes - entries.liveBytes()
              > Math.max(LEAST_DEAD_BYTES, (MOST_GROWTH - 1L) * entries.liveBytes());
    }
  }

  /**
   * Adds entries to this writer's log, in one write.
   *
   * @throws IOException if they cannot be written
   */
  synchronized void append(byte[] entries) throws IOException {
    directory.prepare();
    directory.makeDirectories(folder);
    for (int i = 0; i < MOST_WRITES; i++) {
      directory.append(log, entries);
      if (Files.exists(log)) {
        return; // else a compaction has sealed the log, and perhaps read it before
      }
    }
  }

  /** All that the files say; nothing at all where they cannot be read. */
  Contents read() {
    try {
      for (int i = 0; i < MOST_READS; i++) {
        Contents contents = readUnlessChanging();
        if (contents != null) {
          return contents;
        }
      }
      return Contents.NOTHING;
    } catch (IOException e) {
      return Contents.NOTHING;
    }
  }

  private @Nullable Contents readUnlessChanging() throws IOException {
    List<Path> files = files();
    try {
      Contents contents = read(files);
      return files.equals(files()) ? contents : null;
    } catch (NoSuchFileException e) {
      return null; // compacted in the meantime: its entries are in another file
    }
  }

  private Contents read(List<Path> files) throws IOException {
    ByteArrayOutputStream entries = new ByteArrayOutputStream();
    long sizeBytes = 0;
    int left = MOST_BYTES;
    for (Path file : files) {
      sizeBytes += Files.size(file);
      byte[] bytes = directory.read(file, left);
      if (bytes != null) {
        left -= bytes.length;
        entries.writeBytes(IndexEntry.whole(bytes));
      }
    }
    return new Contents(new IndexEntries(entries.toByteArray()), files, sizeBytes);
  }

  /**
   * Writes one file in the place of all that are there, unless another does.
   *
   * @param live all entries that are to stay, given all that the files say
   */
  void compact(Function<IndexEntries, byte[]> live) throws IOException {
    if (files().isEmpty()) {
      return;
    }
    try (FileChannel lock = OpenedFiles.forLock(directory, folder.resolve(LOCK))) {
      if (isFree(lock)) {
        for (Path file : files()) {
          if (!isSealed(file)) {
            Files.move(file, newSealed());
          }
        }
        // Not logs that came since: their writers go on, and what they add must not be deleted
        Contents contents = read(files().stream().filter(RecordIndex::isSealed).toList());
        directory.write(newSealed(), live.apply(contents.entries()));
        for (Path file : contents.files()) {
          Files.deleteIfExists(file);
        }
      }
    } catch (NoSuchFileException e) {
      return; // another host, whose locks are not seen here, is at it
    }
  }

  private static boolean isSealed(Path file) {
    return file.getFileName().toString().endsWith(SEALED);
  }

  private Path newSealed() {
    return folder.resolve(UUID.randomUUID() + SEALED);
  }

  /** Two that compact at once only do the same work twice. */
  private static boolean isFree(FileChannel lock) throws IOException {
    try {
      return lock.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private List<Path> files() throws IOException {
    TreeSet<Path> files = new TreeSet<>();
    StorePaths.checkNotLinked(directory.root(), folder);
    try (Stream<Path> all = Files.list(folder)) {
      all.filter(
              file -> {
                String name = file.getFileName().toString();
                return name.endsWith(LOG) || name.endsWith(SEALED);
              })
          .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
          .forEach(files::add);
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (UncheckedIOException e) {
      throw new IOException(folder + ": cannot be listed", e);
    }
    return new ArrayList<>(files);
  }
}
