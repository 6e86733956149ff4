package io.stitchflow.store.directory;

import io.stitchflow.content.StoreException;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;

/**
 * Creates stores ahead of their first use, private or shared by the members of the directory's
 * group. Whether a store is shared is a property of its root directory, see {@link StoreModes}.
 */
public final class StoreInit {
  private StoreInit() {}

  /**
   * Creates a store that only this user can read and write; one that is there stays as it is.
   *
   * @return whether it is shared
   * @throws StoreException if no store can be there
   */
  public static boolean create(Path root) throws IOException {
    StoreDirectory directory = StoreDirectory.at(root);
    directory.prepare();
    return directory.modes() == StoreModes.SHARED;
  }

  /**
   * Creates a store for all members of the group of its directory, or opens one of this user to
   * them: directories become group-writable with the setgid bit (2770), files group-readable and
   * group-writable (0660). Repeating it repairs what has other permissions.
   *
   * @return the name of the group
   * @throws StoreException if this user may not set these permissions
   */
  public static String share(Path root) throws IOException {
    StoreDirectory before = StoreDirectory.at(root); // also refuses what is not a store
    Path directory = before.root();
    if (!directory.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      throw new StoreException(
          directory + ": its file system has no groups; choose a directory on another file system");
    }
    try {
      before.makeDirectories(directory);
      StoreModes.SHARED.openDirectory(directory);
    } catch (IOException e) {
      throw before.explain(directory, e);
    }
    GroupPrincipal group = group(directory);
    if (StoreModes.of(directory) != StoreModes.SHARED) {
      throw new StoreException(
          directory
              + ": the setgid bit cannot be set, as this user is not a member of its group '"
              + group.getName()
              + "'; set one of this user's groups with 'chgrp GROUP "
              + directory
              + "'");
    }
    StoreDirectory shared = StoreDirectory.at(directory);
    shared.prepare();
    for (Folder folder : Folder.values()) {
      open(shared, shared.folder(folder), group);
      shared.makeDirectories(shared.folder(folder));
    }
    openOne(shared, directory.resolve(StoreFormat.NAME), group, false);
    return group.getName();
  }

  private static void open(StoreDirectory shared, Path folder, GroupPrincipal group)
      throws IOException {
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes)
              throws IOException {
            openOne(shared, path, group, true);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path path, BasicFileAttributes attributes)
              throws IOException {
            if (attributes.isRegularFile()) {
              openOne(shared, path, group, false);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path path, IOException e) throws IOException {
            throw shared.explain(path, e);
          }
        });
  }

  private static void openOne(
      StoreDirectory shared, Path path, GroupPrincipal group, boolean directory)
      throws IOException {
    try {
      PosixFileAttributes attributes =
          Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (!attributes.group().equals(group)) {
        Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
            .setGroup(group);
      }
      if (directory) {
        StoreModes.SHARED.openDirectoryIfNot(path);
      } else {
        StoreModes.SHARED.openIfNot(path);
      }
    } catch (IOException e) {
      throw shared.explain(path, e);
    }
  }

  private static GroupPrincipal group(Path directory) throws IOException {
    return Files.readAttributes(directory, PosixFileAttributes.class).group();
  }
}
