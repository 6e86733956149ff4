package io.stitchflow.cli.setup;

import io.stitchflow.cli.input.DownloadDisplay;
import io.stitchflow.cli.input.InputException;
import io.stitchflow.cli.text.Sizes;
import io.stitchflow.cli.text.Terminal;
import io.stitchflow.content.IoReason;
import io.stitchflow.download.Download;
import io.stitchflow.download.DownloadException;
import io.stitchflow.download.HttpFile;
import io.stitchflow.libtorch.CudaLibtorch;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Puts libtorch for CUDA into a directory of the cache. The directory appears at once, complete;
 * one process works at a time.
 */
final class CudaSetup {
  /** The name of PyTorch's archive. */
  static final String ARCHIVE =
      "libtorch-cxx11-abi-shared-with-deps-" + CudaLibtorch.version() + ".zip";

  static final URI OFFICIAL =
      URI.create(
          "https://download.pytorch.org/libtorch/"
              + CudaLibtorch.version().replaceFirst(".*\\+", "")
              + "/"
              + ARCHIVE.replace("+", "%2B"));

  private static final String TITLE = "libtorch " + CudaLibtorch.version();

  // A file is locked by a whole JVM, so its threads need a lock of their own
  private static final Object ONE_AT_A_TIME = new Object();

  private final Path directory;
  private final Path parent;
  private final Terminal terminal;

  /**
   * @param directory where it goes
   */
  CudaSetup(Path directory, Terminal terminal) {
    this.directory = directory;
    this.parent = Objects.requireNonNull(directory.getParent());
    this.terminal = terminal;
  }

  /** Where the archive is. */
  sealed interface Source permits Web, Local {}

  record Web(HttpFile file) implements Source {}

  record Local(Path file) implements Source {}

  /**
   * Downloads and unpacks the archive, if the directory is not complete; resumes a partial
   * download.
   *
   * @return whether there was something to do
   * @throws InputException if the archive cannot be had or kept, with what to do
   */
  boolean run(Source source) throws InputException {
    try {
      Files.createDirectories(parent);
      synchronized (ONE_AT_A_TIME) {
        return runLocked(source);
      }
    } catch (DownloadException e) {
      throw new InputException(TITLE + ": " + e.getMessage() + "; or " + byHand());
    } catch (LibtorchArchive.UnusableException e) {
      throw new InputException(TITLE + ": " + e.getMessage() + "; " + byHand());
    } catch (IOException e) {
      throw new InputException(
          TITLE
              + " cannot be kept in "
              + parent
              + ": "
              + IoReason.withFile(e)
              + "; make room there, or set DJL_CACHE_DIR to another directory");
    }
  }

  private static String byHand() {
    return "download " + ARCHIVE + " in another way and pass it with --from FILE";
  }

  @SuppressWarnings("try") // the lock is held, not used
  private boolean runLocked(Source source)
      throws IOException, InputException, LibtorchArchive.UnusableException {
    try (FileChannel channel =
            FileChannel.open(
                parent.resolve(ARCHIVE + ".lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock held = lock(channel)) {
      if (CudaLibtorch.isIn(directory)) {
        return false;
      }
      if (source instanceof Local local) {
        unpack(new LibtorchArchive(local.file(), local.file().toString()));
      } else if (source instanceof Web web) {
        download(web.file());
      }
      return true;
    }
  }

  private FileLock lock(FileChannel channel) throws IOException {
    @Nullable FileLock lock = channel.tryLock();
    if (lock == null) {
      terminal.err().println("stitchflow: waiting for another 'stitchflow setup cuda'");
      lock = channel.lock();
    }
    return lock;
  }

  private void download(HttpFile source)
      throws IOException, InputException, LibtorchArchive.UnusableException {
    Path part = parent.resolve(ARCHIVE + ".part");
    long there = Files.exists(part) ? Files.size(part) : 0;
    long size = source.sizeBytes();
    terminal
        .err()
        .println(
            TITLE
                + ": downloading "
                + Sizes.words(size)
                + " from "
                + source.shown()
                + (there > 0 ? ", of which " + Sizes.words(there) + " are there" : ""));
    checkSpace(size - there, "the archive");
    try (DownloadDisplay display = new DownloadDisplay(terminal, TITLE)) {
      new Download(source, size, part).run(display::show);
    }
    try {
      unpack(new LibtorchArchive(part, "the file from " + source.shown()));
    } catch (LibtorchArchive.UnusableException e) {
      // A wrong file cannot be resumed
      Files.deleteIfExists(part);
      throw new LibtorchArchive.UnusableException(e.getMessage() + "; it was deleted");
    }
    Files.delete(part);
  }

  private void unpack(LibtorchArchive archive)
      throws IOException, InputException, LibtorchArchive.UnusableException {
    Path unpacked = directory.resolveSibling(directory.getFileName() + ".new");
    delete(unpacked);
    checkSpace(archive.unpackedBytes(), "libtorch");
    Files.createDirectory(unpacked);
    try (DownloadDisplay display = new DownloadDisplay(terminal, TITLE + ", unpacked")) {
      archive.unpack(unpacked, display::show);
      if (!CudaLibtorch.isIn(unpacked)) {
        throw new LibtorchArchive.UnusableException(
            archive.name() + " has no " + System.mapLibraryName("torch") + " in libtorch/lib");
      }
      delete(directory);
      Files.move(unpacked, directory, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      delete(unpacked);
    }
  }

  private void checkSpace(long bytes, String what) throws IOException, InputException {
    long usable = Files.getFileStore(parent).getUsableSpace();
    if (usable < bytes) {
      throw new InputException(
          parent
              + ": "
              + what
              + " needs "
              + Sizes.words(bytes)
              + ", but the disk has "
              + Sizes.words(usable)
              + "; make room there, or set DJL_CACHE_DIR to another directory");
    }
  }

  /** A directory with all that is in it, if it exists; links are not followed. */
  private static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(directory)) {
      paths = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : paths) {
      Files.delete(path);
    }
  }
}
