package io.stitchflow.store.directory;

import io.stitchflow.content.FileFailure;
import io.stitchflow.content.StoreException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Makes the directories of a store and forces their names to disk: those that are there already
 * too, once a process, since the process that made them may have died before.
 */
final class DurableDirectories {
  private final Path root;
  private final StoreModes modes;
  private final boolean posix;

  /** Directories below the root whose names, and those above them, are on disk. */
  private final Set<Path> lasting = ConcurrentHashMap.newKeySet();

  DurableDirectories(Path root, StoreModes modes) {
    this.root = root;
    this.modes = modes;
    this.posix = root.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  /** Makes a directory, and those above it. */
  void make(Path directory) throws IOException {
    checkNotLinked(directory);
    if (Files.isDirectory(directory)) {
      return;
    }
    Path parent = directory.getParent();
    if (parent == null) {
      throw explain(directory, new IOException("cannot be read"));
    }
    make(parent);
    if (makeOne(directory)) {
      force(parent);
    }
  }

  /** Makes a directory below the root for files that are to outlast a loss of power. */
  void makeLasting(Path directory) throws IOException {
    Path parent = directory.getParent();
    if (directory.equals(root) || parent == null) {
      make(root);
      return;
    }
    checkNotLinked(directory);
    boolean there = Files.isDirectory(directory);
    if (there && lasting.contains(directory)) {
      return;
    }
    makeLasting(parent);
    boolean made = !there && makeOne(directory);
    List<Path> names = made ? List.of(directory) : entries(parent);
    force(parent);
    lasting.addAll(names);
  }

  /** Forces what a directory holds, by name, to disk. */
  void force(Path directory) throws IOException {
    if (!posix) {
      return; // others cannot open a directory
    }
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      throw explain(directory, e);
    }
  }

  /** Refuses a folder of the store that is, or lies behind, a symbolic link. */
  private void checkNotLinked(Path directory) throws StoreException {
    if (directory.startsWith(root) && !directory.equals(root)) {
      StorePaths.checkNotLinked(root, directory);
      StorePaths.checkParents(root, directory);
    }
  }

  /** Whether it was not there. */
  private boolean makeOne(Path directory) throws IOException {
    try {
      if (modes == StoreModes.SHARED) {
        makeShared(directory);
      } else {
        Files.createDirectory(directory, modes.ofNewDirectory(directory));
      }
      return true;
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(directory)) {
        throw explain(directory, new NotDirectoryException(directory.toString()));
      }
      return false;
    } catch (IOException e) {
      throw explain(directory, e);
    }
  }

  /** It appears with its final permissions: others may want to put files into it at once. */
  private void makeShared(Path directory) throws IOException {
    Path scratch = root.resolve("tmp");
    Path made =
        Files.isDirectory(scratch) && !directory.equals(scratch)
            ? scratch.resolve(UUID.randomUUID().toString())
            : root.resolve(StoreFormat.NAME + "." + UUID.randomUUID());
    Files.createDirectory(made, modes.ofNewDirectory(made));
    try {
      modes.openDirectory(made);
      if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
        throw new FileAlreadyExistsException(directory.toString());
      }
      // over an empty directory that another process has made in between, this is harmless
      Files.move(made, directory, StandardCopyOption.ATOMIC_MOVE);
    } catch (DirectoryNotEmptyException e) {
      throw new FileAlreadyExistsException(directory.toString());
    } finally {
      Files.deleteIfExists(made);
    }
  }

  private List<Path> entries(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.toList();
    } catch (IOException e) {
      throw explain(directory, e);
    }
  }

  private IOException explain(Path path, IOException e) {
    return FileFailure.explain(root, path, e);
  }
}
