package io.stitchflow.store.directory;

import io.stitchflow.content.Digest;
import io.stitchflow.content.FileAge;
import io.stitchflow.content.FileFailure;
import io.stitchflow.content.FileState;
import io.stitchflow.content.StoreException;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The directory of a store and the few ways in which files come to stand in it.
 *
 * <p>A file appears under its final name whole or not at all, on disk before its name is: it is
 * written under {@code tmp/}, forced, hard-linked (put-if-absent) or renamed (replace), and the
 * directory forced. Nothing is made before the first write. {@link StoreModes} says who may read
 * and write, {@link StorePaths} what may lie here.
 */
public final class StoreDirectory {
  /** The folders of a store. {@code fail} has no files yet. */
  public enum Folder {
    CAS,
    AC,
    ACTION,
    NONDETERMINISM,
    TMP,
    QUARANTINE,
    LEASE,
    RUNS,
    INDEX,
    PINS,
    FAIL,
    UNSENT,
    CHECKPOINT,
    GC;

    public String folderName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Beside the default store's own folders: the first levels of remote stores. */
  public static final String REMOTES = "remotes";

  /** Beside the default store's own folders: downloaded data sets. */
  public static final String DATASETS = "datasets";

  private final Path root;
  private final StoreModes modes;
  private final DurableDirectories directories;
  private volatile boolean prepared;

  private StoreDirectory(Path root, StoreModes modes) {
    this.root = root;
    this.modes = modes;
    this.directories = new DurableDirectories(root, modes);
  }

  /**
   * Opens the directory of a store.
   *
   * @throws StoreException if something else is at that path, or a store of a newer format
   */
  public static StoreDirectory at(Path root) throws IOException {
    Path absolute = root.toAbsolutePath().normalize();
    StoreDirectory directory = new StoreDirectory(absolute, modes(absolute));
    StorePaths.checkUsable(directory);
    return directory;
  }

  private static StoreModes modes(Path root) throws IOException {
    try {
      return StoreModes.of(root);
    } catch (IOException e) {
      throw FileFailure.explain(root, root, e);
    }
  }

  public Path root() {
    return root;
  }

  StoreModes modes() {
    return modes;
  }

  public Path folder(Folder folder) {
    return root.resolve(folder.folderName());
  }

  /** {@code folder/ab/abcd…}. */
  public Path path(Folder folder, Digest digest) {
    return folder(folder).resolve(digest.hex().substring(0, 2)).resolve(digest.hex());
  }

  /** A file of {@code tmp/}, not there yet, whose name nobody else will choose. */
  public Path newTemporary() throws IOException {
    prepare();
    Path directory = folder(Folder.TMP);
    directories.make(directory);
    return directory.resolve(ProcessHandle.current().pid() + "-" + UUID.randomUUID());
  }

  /** A temporary file with these bytes, forced to disk. */
  public Path writeTemporary(byte[] bytes) throws IOException {
    Path temporary = writeUnforced(bytes);
    try {
      force(temporary);
    } catch (IOException e) {
      Files.deleteIfExists(temporary);
      throw explain(temporary, e);
    }
    return temporary;
  }

  /** A temporary file with these bytes, for what may be lost with the power. */
  public Path writeUnforced(byte[] bytes) throws IOException {
    Path temporary = newTemporary();
    try (FileChannel channel = openNew(temporary)) {
      Channels.newOutputStream(channel).write(bytes);
    } catch (IOException e) {
      Files.deleteIfExists(temporary);
      throw explain(temporary, e);
    }
    return temporary;
  }

  FileChannel openNew(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file,
            Set.of(
                StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
            modes.ofNewFile(file));
    modes.open(file);
    return channel;
  }

  /** Adds the bytes to the end of this process's own file, made if need be, in one write. */
  public void append(Path file, byte[] bytes) throws IOException {
    boolean isNew = modes == StoreModes.SHARED && !Files.exists(file);
    try (FileChannel channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND, LinkOption.NOFOLLOW_LINKS),
            modes.ofNewFile(file))) {
      if (isNew) {
        modes.open(file);
      }
      Channels.newOutputStream(channel).write(bytes);
    } catch (IOException e) {
      throw explain(file, e);
    }
  }

  /** Makes the file read-only, in a private store, and forces it to disk. */
  public void seal(Path temporary) throws IOException {
    try {
      modes.seal(temporary);
      force(temporary);
    } catch (IOException e) {
      throw explain(temporary, e);
    }
  }

  /**
   * Gives a forced temporary file its final name too, unless something stands there.
   *
   * @return whether it does now; the temporary file is left to the caller
   */
  public boolean linkIfAbsent(Path temporary, Path target) throws IOException {
    Path parent = parent(target);
    directories.makeLasting(parent);
    try {
      Files.createLink(target, temporary);
    } catch (FileAlreadyExistsException e) {
      directories.force(parent);
      return false;
    } catch (UnsupportedOperationException e) {
      throw new StoreException(
          root
              + ": its file system has no hard links, which publishing needs; choose a directory"
              + " on another one with --store",
          e);
    } catch (IOException e) {
      throw explain(target, e);
    }
    directories.force(parent);
    return true;
  }

  /** Puts a file with these bytes, forced to disk, in the place of any other, in one step. */
  public void write(Path target, byte[] bytes) throws IOException {
    Path temporary = writeTemporary(bytes);
    try {
      replace(temporary, target);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /** Moves a forced temporary file over whatever stands under {@code target}, in one step. */
  public void replace(Path temporary, Path target) throws IOException {
    directories.makeLasting(parent(target));
    replaceUnforced(temporary, target);
    directories.force(parent(target));
  }

  /**
   * Moves a file over whatever stands under {@code target}; neither survives a power cut surely.
   */
  public void replaceUnforced(Path temporary, Path target) throws IOException {
    directories.make(parent(target));
    if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
      quarantine(target, FileState.of(target)); // files are not moved over directories
    }
    try {
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw explain(target, e);
    }
  }

  /** Whether the file has these bytes; then it was modified now. */
  public boolean refresh(Path file, byte[] bytes) throws IOException {
    try {
      byte[] present = read(file, bytes.length);
      if (present == null || !Arrays.equals(present, bytes)) {
        return false;
      }
      FileAge.renewNow(file);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw explain(file, e);
    }
  }

  /**
   * Moves a damaged file out of the way, under its own name.
   *
   * @param damaged what was read; if another process has put a whole file there since, that one
   *     stays
   */
  public void quarantine(Path file, FileState damaged) throws IOException {
    prepare();
    checkParents(file);
    Path directory = folder(Folder.QUARANTINE);
    directories.make(directory);
    Path target = directory.resolve(file.getFileName().toString());
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      target = directory.resolve(file.getFileName() + "." + UUID.randomUUID());
    }
    try {
      Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException e) {
      return; // somebody else was faster
    } catch (IOException e) {
      throw explain(file, e);
    }
    if (!FileState.of(target).equals(damaged) && linkIfAbsent(target, file)) {
      Files.deleteIfExists(target);
    }
  }

  /**
   * All bytes of a small file, or null if it is damaged: no regular file, or larger than {@code
   * maxBytes}.
   *
   * @throws NoSuchFileException if it is not there
   */
  public byte @Nullable [] read(Path file, int maxBytes) throws IOException {
    checkParents(file);
    return StorePaths.read(file, maxBytes);
  }

  /** Deletes a file, or a link in its place; false if it is not there. */
  public boolean delete(Path file) throws IOException {
    checkParents(file);
    return Files.deleteIfExists(file);
  }

  /** Refuses a path behind a linked folder. */
  public void checkParents(Path path) throws StoreException {
    StorePaths.checkParents(root, path);
  }

  public void makeDirectories(Path directory) throws IOException {
    directories.make(directory);
  }

  public void forceDirectory(Path directory) throws IOException {
    directories.force(directory);
  }

  /** FORMAT and the directory itself; called before any write. */
  public void prepare() throws IOException {
    if (prepared) {
      return;
    }
    StorePaths.checkUsable(this);
    directories.make(root);
    Path format = root.resolve(StoreFormat.NAME);
    if (!Files.exists(format)) {
      forceRootsName();
      Path temporary = root.resolve(StoreFormat.NAME + "." + UUID.randomUUID());
      try {
        openNew(temporary).close();
        Files.writeString(temporary, StoreFormat.CONTENT);
        force(temporary);
        linkIfAbsent(temporary, format);
      } catch (IOException e) {
        throw explain(format, e);
      } finally {
        Files.deleteIfExists(temporary);
      }
    }
    prepared = true;
  }

  private void forceRootsName() throws IOException {
    try {
      directories.force(parent(root));
    } catch (StoreException e) {
      if (!(e.getCause() instanceof AccessDeniedException)) {
        throw e;
      }
      // a directory that we may not list: somebody else has made the store's in it
    }
  }

  /** What a failed file operation means for the user; interrupts pass as they are. */
  public IOException explain(Path path, IOException e) {
    return FileFailure.explain(root, path, e);
  }

  private static void force(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static Path parent(Path path) {
    Path parent = path.getParent();
    if (parent == null) {
      throw new IllegalArgumentException("the root of a file system has no parent: " + path);
    }
    return parent;
  }
}
