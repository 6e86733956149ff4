package io.stitchflow.artifacts;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The directory of a store and the few ways in which files come to stand in it.
 *
 * <p>A file appears under its final name whole or not at all, on disk before its name is: it is
 * written under {@code tmp/}, forced, hard-linked (put-if-absent) or renamed (replace), and the
 * directory forced. Nothing is made before the first write. Everything is private to the user.
 */
final class StoreDirectory {
  /** The folders of a store. {@code fail} has no files yet. */
  enum Folder {
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

    String folderName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Beside the default store's own folders: the first levels of remote stores. */
  static final String REMOTES = "remotes";

  /** Beside the default store's own folders: downloaded data sets. */
  static final String DATASETS = "datasets";

  private static final Set<PosixFilePermission> PRIVATE_FILE =
      PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> READ_ONLY =
      PosixFilePermissions.fromString("r--------");

  private final Path root;
  private final boolean posix;
  private volatile boolean prepared;

  private final LastingDirectories directories;

  private StoreDirectory(Path root) {
    this.root = root;
    this.posix = root.getFileSystem().supportedFileAttributeViews().contains("posix");
    this.directories = new LastingDirectories(root, posix);
  }

  /**
   * @throws StoreException if something else is at that path, or a store of a newer format
   */
  static StoreDirectory at(Path root) throws IOException {
    StoreDirectory directory = new StoreDirectory(root.toAbsolutePath().normalize());
    directory.checkUsable();
    return directory;
  }

  Path root() {
    return root;
  }

  Path folder(Folder folder) {
    return root.resolve(folder.folderName());
  }

  /** {@code folder/ab/abcd…}. */
  Path path(Folder folder, Digest digest) {
    return folder(folder).resolve(digest.hex().substring(0, 2)).resolve(digest.hex());
  }

  /** A file of {@code tmp/}, not there yet, whose name nobody else will choose. */
  Path newTemporary() throws IOException {
    prepare();
    Path directory = folder(Folder.TMP);
    directories.make(directory);
    return directory.resolve(ProcessHandle.current().pid() + "-" + UUID.randomUUID());
  }

  /** A temporary file with these bytes, forced to disk. */
  Path writeTemporary(byte[] bytes) throws IOException {
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
  Path writeUnforced(byte[] bytes) throws IOException {
    Path temporary = newTemporary();
    try (FileChannel channel =
        FileChannel.open(
            temporary,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            privateFile())) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    } catch (IOException e) {
      Files.deleteIfExists(temporary);
      throw explain(temporary, e);
    }
    return temporary;
  }

  /** Adds the bytes to the end of a file, made if need be, in one write; not forced. */
  void append(Path file, byte[] bytes) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND), privateFile())) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    } catch (IOException e) {
      throw explain(file, e);
    }
  }

  /** Makes the file read-only and forces it to disk. */
  void seal(Path temporary) throws IOException {
    try {
      if (posix) {
        Files.setPosixFilePermissions(temporary, READ_ONLY);
      }
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
  boolean linkIfAbsent(Path temporary, Path target) throws IOException {
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

  /** Moves a forced temporary file over whatever stands under {@code target}, in one step. */
  void replace(Path temporary, Path target) throws IOException {
    directories.makeLasting(parent(target));
    replaceUnforced(temporary, target);
    directories.force(parent(target));
  }

  /**
   * Moves a file over whatever stands under {@code target}; neither survives a power cut surely.
   */
  void replaceUnforced(Path temporary, Path target) throws IOException {
    directories.make(parent(target));
    if (Files.isDirectory(target)) {
      quarantine(target, FileState.of(target)); // files are not moved over directories
    }
    try {
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw explain(target, e);
    }
  }

  /** Makes sure that a file which is there already outlasts a loss of power. */
  void forceName(Path file) throws IOException {
    directories.makeLasting(parent(file));
    directories.force(parent(file));
  }

  /** Whether the file has these bytes; then it was modified now. */
  boolean refresh(Path file, byte[] bytes) throws IOException {
    try {
      if (Files.size(file) != bytes.length || !Arrays.equals(Files.readAllBytes(file), bytes)) {
        return false;
      }
      Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
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
  void quarantine(Path file, FileState damaged) throws IOException {
    prepare();
    Path directory = folder(Folder.QUARANTINE);
    directories.make(directory);
    Path target = directory.resolve(file.getFileName().toString());
    if (Files.exists(target)) {
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

  /** A file to lock, made if need be. */
  FileChannel openForLock(Path file) throws IOException {
    prepare();
    directories.make(parent(file));
    try {
      return FileChannel.open(
          file,
          Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
          privateFile());
    } catch (IOException e) {
      if (Files.isDirectory(file)) {
        quarantine(file, FileState.of(file));
        return openForLock(file);
      }
      throw explain(file, e);
    }
  }

  /** A file of {@code tmp/} to go on writing, made if need be. */
  FileChannel openToContinue(Path file) throws IOException {
    Set<StandardOpenOption> options =
        Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      if (posix && Files.exists(file) && !Files.isWritable(file)) {
        Files.delete(file); // sealed by a process that was killed right after
      }
      return FileChannel.open(file, options, privateFile());
    } catch (IOException e) {
      throw explain(file, e);
    }
  }

  void makeDirectories(Path directory) throws IOException {
    directories.make(directory);
  }

  void forceDirectory(Path directory) throws IOException {
    directories.force(directory);
  }

  /** FORMAT and the directory itself; called before any write. */
  void prepare() throws IOException {
    if (prepared) {
      return;
    }
    checkUsable();
    directories.make(root);
    Path format = root.resolve(StoreFormat.NAME);
    if (!Files.exists(format)) {
      forceRootsName();
      Path temporary = root.resolve(StoreFormat.NAME + "." + UUID.randomUUID());
      try {
        Files.createFile(temporary, privateFile());
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

  private void checkUsable() throws IOException {
    if (!StorePlace.exists(root)) {
      return;
    }
    Path format = root.resolve(StoreFormat.NAME);
    try {
      StoreFormat.check(format, Files.readString(format));
    } catch (NoSuchFileException e) {
      checkNobodyElses();
    } catch (MalformedInputException e) {
      throw new StoreException(format + ": is not text; choose another directory with --store", e);
    } catch (IOException e) {
      throw explain(format, e);
    }
  }

  /** A mistyped --store must not fill somebody's home directory. */
  private void checkNobodyElses() throws IOException {
    Set<String> ours =
        Stream.concat(
                Stream.of(Folder.values()).map(Folder::folderName),
                Stream.of("lost+found", REMOTES, DATASETS))
            .collect(Collectors.toUnmodifiableSet());
    List<String> foreign =
        Listing.entries(this, root).stream()
            .map(entry -> entry.getFileName().toString())
            .filter(name -> !ours.contains(name) && !name.startsWith(StoreFormat.NAME))
            .sorted()
            .toList();
    if (!foreign.isEmpty()) {
      throw new StoreException(
          root
              + ": is not a stitchflow store (no FORMAT file) and holds other things, such as '"
              + foreign.get(0)
              + "'; choose an empty directory with --store");
    }
  }

  /** What a failed file operation means for the user; interrupts pass as they are. */
  IOException explain(Path path, IOException e) {
    return FileFailure.explain(root, path, e);
  }

  private static void force(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private FileAttribute<?>[] privateFile() {
    return posix
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PRIVATE_FILE)}
        : new FileAttribute<?>[0];
  }

  private static Path parent(Path path) {
    Path parent = path.getParent();
    if (parent == null) {
      throw new IllegalArgumentException("the root of a file system has no parent: " + path);
    }
    return parent;
  }
}
