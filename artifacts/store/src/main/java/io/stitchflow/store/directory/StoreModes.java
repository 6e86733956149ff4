package io.stitchflow.store.directory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * The permissions of a store's files and directories: private to one user, or shared by the members
 * of a group.
 *
 * <p>The root directory decides: a store is shared if that is group-writable and has the setgid bit
 * ({@code chmod 2770}). In a shared store, directories have mode 2770 and files 0660, whatever the
 * umask. Files are group-writable because only the owner of a file, or who may write to it, can set
 * its modification time or hard-link it ({@code fs.protected_hardlinks}).
 */
enum StoreModes {
  /** On file systems without POSIX permissions too, where nothing is set. */
  PRIVATE("rw-------", "r--------", "rwx------"),
  SHARED("rw-rw----", "rw-rw----", "rwxrwx---");

  private static final int SETGID = 02000;
  private static final int GROUP_WRITE = 00020;
  private static final int SHARED_DIRECTORY = 02770;
  private static final int PERMISSIONS = 07777;
  private static final String MODE = "unix:mode";
  private static final FileAttribute<?>[] NONE = new FileAttribute<?>[0];

  private final String file;
  private final String sealed;
  private final String directory;

  StoreModes(String file, String sealed, String directory) {
    this.file = file;
    this.sealed = sealed;
    this.directory = directory;
  }

  /** Those of the store in that directory; private where there is none. */
  static StoreModes of(Path root) throws IOException {
    if (!hasModes(root) || !Files.isDirectory(root)) {
      return PRIVATE;
    }
    int mode = (Integer) Files.getAttribute(root, MODE);
    return (mode & SETGID) != 0 && (mode & GROUP_WRITE) != 0 ? SHARED : PRIVATE;
  }

  private static boolean hasModes(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("unix");
  }

  private static boolean hasPermissions(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  /** For a file that is made. The umask takes bits off: {@link #open} follows in a shared store. */
  FileAttribute<?>[] ofNewFile(Path file) {
    return hasPermissions(file)
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions(this.file))}
        : NONE;
  }

  /** As {@link #ofNewFile}, for a directory. */
  FileAttribute<?>[] ofNewDirectory(Path directory) {
    return hasPermissions(directory)
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions(this.directory))}
        : NONE;
  }

  /** Gives a file that this user has just made to the group, if the store is shared. */
  void open(Path file) throws IOException {
    if (this == SHARED) {
      Files.setPosixFilePermissions(file, permissions(this.file));
    }
  }

  /** As {@link #open}; a file that is open to the group already may be another user's. */
  void openIfNot(Path file) throws IOException {
    if (!Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS)
        .equals(permissions(this.file))) {
      open(file);
    }
  }

  /** As {@link #openIfNot}, for a directory. */
  void openDirectoryIfNot(Path directory) throws IOException {
    int mode = (Integer) Files.getAttribute(directory, MODE, LinkOption.NOFOLLOW_LINKS);
    if ((mode & PERMISSIONS) != SHARED_DIRECTORY) {
      openDirectory(directory);
    }
  }

  /** As {@link #open}, for a directory. */
  void openDirectory(Path directory) throws IOException {
    if (this == SHARED) {
      Files.setAttribute(directory, MODE, SHARED_DIRECTORY, LinkOption.NOFOLLOW_LINKS);
    }
  }

  /** Those of a file that is never written to again: read-only in a private store. */
  void seal(Path file) throws IOException {
    if (hasPermissions(file)) {
      Files.setPosixFilePermissions(file, permissions(sealed));
    }
  }

  private static Set<PosixFilePermission> permissions(String text) {
    return PosixFilePermissions.fromString(text);
  }
}
