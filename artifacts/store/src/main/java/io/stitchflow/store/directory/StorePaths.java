package io.stitchflow.store.directory;

import io.stitchflow.content.BoundedReader;
import io.stitchflow.content.FileFailure;
import io.stitchflow.content.IoReason;
import io.stitchflow.content.StoreException;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The rules for what may lie in a store: below its root, which may itself be a symbolic link, only
 * real directories and regular files. A FIFO or a device would block its reader, and a linked
 * folder would let a collection delete files elsewhere.
 */
public final class StorePaths {
  private StorePaths() {}

  /**
   * Refuses a path behind a linked folder of the store; its last name may be a link.
   *
   * @throws StoreException naming that folder
   */
  static void checkParents(Path root, Path path) throws StoreException {
    for (Path folder = path.getParent();
        folder != null && !folder.equals(root) && folder.startsWith(root);
        folder = folder.getParent()) {
      checkNotLinked(root, folder);
    }
  }

  /**
   * Refuses a folder of the store that is a symbolic link.
   *
   * @throws StoreException naming it
   */
  public static void checkNotLinked(Path root, Path folder) throws StoreException {
    if (Files.isSymbolicLink(folder)) {
      throw new StoreException(
          folder
              + ": is a symbolic link, and folders inside a store must be real directories, so that"
              + " nothing outside "
              + root
              + " is changed; remove the link and move the folder back, or move the whole store and"
              + " pass its new path with --store");
    }
  }

  /**
   * Refuses a path at which no store can be.
   *
   * @throws StoreException naming what is in the way
   */
  static void checkRoot(Path root) throws IOException {
    for (Path path = root; path != null; path = path.getParent()) {
      try {
        if (!Files.readAttributes(path, BasicFileAttributes.class).isDirectory()) {
          throw new StoreException(
              path
                  + ": is not a directory"
                  + (path.equals(root) ? "" : ", so " + root + " cannot be made")
                  + "; choose another path with --store");
        }
        return;
      } catch (NoSuchFileException e) {
        if (Files.isSymbolicLink(path)) {
          throw new StoreException(
              path
                  + ": is a symbolic link to "
                  + Files.readSymbolicLink(path)
                  + ", which does not exist; make that directory, or choose another path with"
                  + " --store",
              e);
        }
      } catch (StoreException e) {
        throw e;
      } catch (IOException e) {
        if (!IoReason.isNotDirectory(e)) { // else a parent is a file, and will be named
          throw FileFailure.explain(root, path, e);
        }
      }
    }
  }

  /**
   * Refuses a directory that this program cannot use as a store.
   *
   * @throws StoreException naming what is in the way
   */
  static void checkUsable(StoreDirectory directory) throws IOException {
    Path root = directory.root();
    checkRoot(root);
    if (!Files.exists(root)) {
      return;
    }
    for (Folder folder : Folder.values()) {
      checkNotLinked(root, directory.folder(folder));
      checkReadable(directory, directory.folder(folder));
    }
    Path format = root.resolve(StoreFormat.NAME);
    try {
      byte[] content = directory.read(format, StoreFormat.MOST_BYTES);
      if (content == null) {
        throw new StoreException(
            format
                + ": is not a regular file of at most "
                + StoreFormat.MOST_BYTES
                + " bytes; remove it if this is a store, or choose another directory with --store");
      }
      StoreFormat.check(format, new String(content, StandardCharsets.UTF_8));
    } catch (NoSuchFileException e) {
      checkNobodyElses(directory);
    } catch (IOException e) {
      throw directory.explain(format, e);
    }
  }

  /** Results that this user may not read must not be taken for absent. */
  private static void checkReadable(StoreDirectory directory, Path folder) throws IOException {
    if (Files.isDirectory(folder) && !(Files.isReadable(folder) && Files.isExecutable(folder))) {
      throw directory.explain(folder, new AccessDeniedException(folder.toString()));
    }
  }

  /** A mistyped --store must not fill somebody's home directory. */
  private static void checkNobodyElses(StoreDirectory directory) throws IOException {
    Set<String> ours =
        Stream.concat(
                Stream.of(Folder.values()).map(Folder::folderName),
                Stream.of("lost+found", StoreDirectory.REMOTES, StoreDirectory.DATASETS))
            .collect(Collectors.toUnmodifiableSet());
    List<String> foreign =
        Listing.entries(directory, directory.root()).stream()
            .map(entry -> entry.getFileName().toString())
            .filter(name -> !ours.contains(name) && !name.startsWith(StoreFormat.NAME))
            .sorted()
            .toList();
    if (!foreign.isEmpty()) {
      throw new StoreException(
          directory.root()
              + ": is not a stitchflow store (no FORMAT file) and holds other things, such as '"
              + foreign.get(0)
              + "'; choose an empty directory with --store");
    }
  }

  /**
   * All bytes of a small file of a store, or null if it is damaged: no regular file, or larger than
   * any such file.
   *
   * @throws NoSuchFileException if it is not there
   */
  static byte @Nullable [] read(Path file, int maxBytes) throws IOException {
    BasicFileAttributes attributes =
        Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!attributes.isRegularFile() || attributes.size() > maxBytes) {
      return null;
    }
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      return BoundedReader.stream(in, file.toString(), maxBytes);
    }
  }
}
