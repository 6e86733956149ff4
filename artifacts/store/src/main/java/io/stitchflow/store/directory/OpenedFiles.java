package io.stitchflow.store.directory;

import io.stitchflow.content.FileState;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Opens files of a store that several processes may make, lock or go on writing. */
public final class OpenedFiles {
  private static final Set<OpenOption> READ_WRITE =
      Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

  private static final int TRIES = 10;

  private OpenedFiles() {}

  /**
   * A file to lock, made if need be; what stands there and is not a file, such as a FIFO, whose
   * opener would wait, is quarantined.
   */
  public static FileChannel forLock(StoreDirectory directory, Path file) throws IOException {
    directory.prepare();
    directory.makeDirectories(file.resolveSibling(""));
    return openOrMake(directory, file);
  }

  /** A file of {@code tmp/} to go on writing, made if need be. */
  public static FileChannel toContinue(StoreDirectory directory, Path file) throws IOException {
    try {
      if (directory.modes() == StoreModes.PRIVATE
          && Files.exists(file)
          && !Files.isWritable(file)) {
        Files.delete(file); // sealed by a process that was killed right after
      }
      return openOrMake(directory, file);
    } catch (IOException e) {
      throw directory.explain(file, e);
    }
  }

  private static FileChannel openOrMake(StoreDirectory directory, Path file) throws IOException {
    for (int tries = 1; ; tries++) {
      try {
        BasicFileAttributes found = find(file);
        if (found != null && !found.isRegularFile()) {
          directory.quarantine(file, FileState.of(found));
        }
        if (found == null || !found.isRegularFile()) {
          makeEmpty(directory, file);
        }
        return FileChannel.open(file, READ_WRITE);
      } catch (NoSuchFileException e) {
        if (tries == TRIES) {
          throw directory.explain(file, e);
        } // else deleted in between
      } catch (IOException e) {
        throw directory.explain(file, e);
      }
    }
  }

  /** Asked once: what is absent now and made by another process a moment later is not damage. */
  private static @Nullable BasicFileAttributes find(Path file) throws IOException {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /** In a shared store the file appears with its final permissions: others may want it at once. */
  private static void makeEmpty(StoreDirectory directory, Path file) throws IOException {
    Path made = directory.modes() == StoreModes.SHARED ? directory.newTemporary() : file;
    try {
      directory.openNew(made).close();
      if (!made.equals(file)) {
        Files.createLink(file, made);
      }
    } catch (FileAlreadyExistsException e) {
      return; // another process was faster
    } finally {
      if (!made.equals(file)) {
        Files.deleteIfExists(made);
      }
    }
  }
}
