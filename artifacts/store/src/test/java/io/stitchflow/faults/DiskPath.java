package io.stitchflow.faults;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A path on a {@link Disk}; how names are put together is left to this host's own paths. */
record DiskPath(DiskFileSystem fileSystem, Path host) implements Path {
  static DiskPath of(Path path) {
    if (path instanceof DiskPath disk) {
      return disk;
    }
    throw new ProviderMismatchException(path + " is not on a disk of a test");
  }

  Disk disk() {
    return fileSystem.disk();
  }

  String name() {
    return String.valueOf(host.getFileName());
  }

  List<String> names() {
    List<String> names = new ArrayList<>();
    for (Path name : host.normalize()) {
      names.add(name.toString());
    }
    return names;
  }

  private @Nullable DiskPath with(@Nullable Path path) {
    return path == null ? null : new DiskPath(fileSystem, path);
  }

  private DiskPath withSome(Path path) {
    return new DiskPath(fileSystem, path);
  }

  @Override
  public FileSystem getFileSystem() {
    return fileSystem;
  }

  @Override
  public boolean isAbsolute() {
    return host.isAbsolute();
  }

  @Override
  public @Nullable Path getRoot() {
    return with(host.getRoot());
  }

  @Override
  public @Nullable Path getFileName() {
    return with(host.getFileName());
  }

  @Override
  public @Nullable Path getParent() {
    return with(host.getParent());
  }

  @Override
  public int getNameCount() {
    return host.getNameCount();
  }

  @Override
  public Path getName(int index) {
    return withSome(host.getName(index));
  }

  @Override
  public Path subpath(int begin, int end) {
    return withSome(host.subpath(begin, end));
  }

  @Override
  public boolean startsWith(Path other) {
    return other instanceof DiskPath disk && host.startsWith(disk.host);
  }

  @Override
  public boolean endsWith(Path other) {
    return other instanceof DiskPath disk && host.endsWith(disk.host);
  }

  @Override
  public Path normalize() {
    return withSome(host.normalize());
  }

  @Override
  public Path resolve(Path other) {
    return withSome(host.resolve(of(other).host));
  }

  @Override
  public Path relativize(Path other) {
    return withSome(host.relativize(of(other).host));
  }

  @Override
  public URI toUri() {
    return URI.create("disk://" + host);
  }

  @Override
  public Path toAbsolutePath() {
    return withSome(Objects.requireNonNull(Path.of("/")).resolve(host));
  }

  @Override
  public Path toRealPath(LinkOption... options) throws IOException {
    DiskPath real = of(toAbsolutePath().normalize());
    disk().find(real);
    return real;
  }

  @Override
  public WatchKey register(
      WatchService watcher, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... modifiers) {
    throw new UnsupportedOperationException("nobody watches a disk of a test");
  }

  @Override
  public int compareTo(Path other) {
    return host.compareTo(of(other).host);
  }

  @Override
  public String toString() {
    return host.toString();
  }
}
