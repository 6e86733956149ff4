package io.stitchflow.faults;

import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.List;
import java.util.Set;

/** The one file system of a {@link Disk}. */
final class DiskFileSystem extends FileSystem {
  private final Disk disk;

  DiskFileSystem(Disk disk) {
    this.disk = disk;
  }

  Disk disk() {
    return disk;
  }

  @Override
  public FileSystemProvider provider() {
    return DiskProvider.INSTANCE;
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException("a disk of a test stays");
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public String getSeparator() {
    return "/";
  }

  @Override
  public Iterable<Path> getRootDirectories() {
    return List.of(getPath("/"));
  }

  @Override
  public Iterable<FileStore> getFileStores() {
    return List.of(new DiskFileStore(disk));
  }

  @Override
  public Set<String> supportedFileAttributeViews() {
    return Set.of("basic", "posix");
  }

  @Override
  public Path getPath(String first, String... more) {
    return new DiskPath(this, Path.of(first, more));
  }

  @Override
  public PathMatcher getPathMatcher(String syntaxAndPattern) {
    PathMatcher matcher = FileSystems.getDefault().getPathMatcher(syntaxAndPattern);
    return path -> matcher.matches(DiskPath.of(path).host());
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    throw new UnsupportedOperationException("a disk of a test knows no users");
  }

  @Override
  public WatchService newWatchService() {
    throw new UnsupportedOperationException("nobody watches a disk of a test");
  }
}
