package io.stitchflow.faults;

import io.stitchflow.faults.Node.DirectoryNode;
import io.stitchflow.faults.Node.FileNode;
import java.io.IOException;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is known of a file beside its bytes, when it was asked. */
record DiskAttributes(
    Node node, long size, FileTime lastModifiedTime, Set<PosixFilePermission> permissions)
    implements PosixFileAttributes {
  static DiskAttributes of(Node node) {
    return new DiskAttributes(
        node, node.sizeBytes(), FileTime.fromMillis(node.modifiedMillis), node.permissions);
  }

  @Override
  public FileTime lastAccessTime() {
    return lastModifiedTime;
  }

  @Override
  public FileTime creationTime() {
    return lastModifiedTime;
  }

  @Override
  public boolean isRegularFile() {
    return node instanceof FileNode;
  }

  @Override
  public boolean isDirectory() {
    return node instanceof DirectoryNode;
  }

  @Override
  public boolean isSymbolicLink() {
    return false;
  }

  @Override
  public boolean isOther() {
    return false;
  }

  @Override
  public Object fileKey() {
    return node;
  }

  @Override
  public UserPrincipal owner() {
    throw new UnsupportedOperationException("a disk of a test knows no users");
  }

  @Override
  public GroupPrincipal group() {
    throw new UnsupportedOperationException("a disk of a test knows no users");
  }

  /** Reads and changes them; each is a call. */
  record View(DiskPath path) implements PosixFileAttributeView {
    @Override
    public String name() {
      return "posix";
    }

    @Override
    public PosixFileAttributes readAttributes() throws IOException {
      return of(path.disk().find(path));
    }

    @Override
    public void setTimes(
        @Nullable FileTime modified, @Nullable FileTime accessed, @Nullable FileTime created)
        throws IOException {
      Node node = path.disk().find(path);
      if (modified != null) {
        node.modifiedMillis = modified.toMillis();
      }
    }

    @Override
    public void setPermissions(Set<PosixFilePermission> permissions) throws IOException {
      path.disk().find(path).permissions = Set.copyOf(permissions);
    }

    @Override
    public void setGroup(GroupPrincipal group) {
      throw new UnsupportedOperationException("a disk of a test knows no users");
    }

    @Override
    public UserPrincipal getOwner() {
      throw new UnsupportedOperationException("a disk of a test knows no users");
    }

    @Override
    public void setOwner(UserPrincipal owner) {
      throw new UnsupportedOperationException("a disk of a test knows no users");
    }
  }
}
