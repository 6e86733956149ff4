package io.stitchflow.artifacts;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Makes the directories of a store, private to the user, and forces their names to disk: those that
 * are there already too, once a process, since whoever made them may have died before.
 */
final class LastingDirectories {
  private static final FileAttribute<?>[] PRIVATE = {
    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
  };

  private final Path root;
  private final boolean posix;

  /** Directories below the root whose names, and those above them, are on disk. */
  private final Set<Path> lasting = ConcurrentHashMap.newKeySet();

  LastingDirectories(Path root, boolean posix) {
    this.root = root;
    this.posix = posix;
  }

  /** Makes a directory, and those above it. */
  void make(Path directory) throws IOException {
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

  /** Whether it was not there. */
  private boolean makeOne(Path directory) throws IOException {
    try {
      Files.createDirectory(directory, posix ? PRIVATE : new FileAttribute<?>[0]);
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
