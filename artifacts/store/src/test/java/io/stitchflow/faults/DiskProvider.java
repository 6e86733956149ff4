package io.stitchflow.faults;

import io.stitchflow.faults.Node.FileNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where {@link Files} and {@link FileChannel} turn into calls to a {@link Disk}. */
final class DiskProvider extends FileSystemProvider {
  static final DiskProvider INSTANCE = new DiskProvider();

  private DiskProvider() {}

  @Override
  public String getScheme() {
    return "disk";
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
    throw new UnsupportedOperationException("make a Disk");
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    throw new UnsupportedOperationException("ask a Disk for its paths");
  }

  @Override
  public Path getPath(URI uri) {
    throw new UnsupportedOperationException("ask a Disk for its paths");
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return newFileChannel(path, options, attributes);
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    DiskPath file = DiskPath.of(path);
    boolean append = options.contains(StandardOpenOption.APPEND);
    boolean write = append || options.contains(StandardOpenOption.WRITE);
    boolean onlyNew = write && options.contains(StandardOpenOption.CREATE_NEW);
    Node node =
        file.disk()
            .open(
                file,
                onlyNew || (write && options.contains(StandardOpenOption.CREATE)),
                onlyNew,
                write && options.contains(StandardOpenOption.TRUNCATE_EXISTING));
    if (write && !(node instanceof FileNode)) {
      throw new FileSystemException(file.toString(), null, "Is a directory");
    }
    if (onlyNew) {
      setPermissions(node, attributes);
    }
    return new DiskChannel(file, node, write, append);
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path directory, DirectoryStream.Filter<? super Path> filter) throws IOException {
    List<Path> entries = new ArrayList<>();
    for (String name : DiskPath.of(directory).disk().list(DiskPath.of(directory))) {
      Path entry = directory.resolve(name);
      if (filter.accept(entry)) {
        entries.add(entry);
      }
    }
    return new DirectoryStream<>() {
      @Override
      public Iterator<Path> iterator() {
        return entries.iterator();
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
    DiskPath.of(directory).disk().makeDirectory(DiskPath.of(directory));
  }

  @Override
  public void createLink(Path link, Path existing) throws IOException {
    DiskPath.of(link).disk().link(DiskPath.of(link), DiskPath.of(existing));
  }

  @Override
  public void delete(Path path) throws IOException {
    DiskPath.of(path).disk().delete(DiskPath.of(path));
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) throws IOException {
    if (Set.of(options).contains(StandardCopyOption.REPLACE_EXISTING)) {
      Files.deleteIfExists(target);
    }
    try (InputStream in = Files.newInputStream(source);
        OutputStream out = Files.newOutputStream(target, StandardOpenOption.CREATE_NEW)) {
      in.transferTo(out);
    }
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    Set<CopyOption> chosen = Set.of(options);
    boolean replace =
        chosen.contains(StandardCopyOption.ATOMIC_MOVE)
            || chosen.contains(StandardCopyOption.REPLACE_EXISTING);
    DiskPath.of(source).disk().move(DiskPath.of(source), DiskPath.of(target), replace);
  }

  @Override
  public boolean isSameFile(Path path, Path other) throws IOException {
    return path.equals(other)
        || DiskPath.of(path).disk().find(DiskPath.of(path))
            == DiskPath.of(other).disk().find(DiskPath.of(other));
  }

  @Override
  public boolean isHidden(Path path) {
    return false;
  }

  @Override
  public FileStore getFileStore(Path path) throws IOException {
    DiskPath.of(path).disk().touch(DiskPath.of(path));
    return new DiskFileStore(DiskPath.of(path).disk());
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    DiskPath.of(path).disk().find(DiskPath.of(path));
  }

  @Override
  public <V extends FileAttributeView> @Nullable V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    DiskAttributes.View view = new DiskAttributes.View(DiskPath.of(path));
    return type.isInstance(view) ? type.cast(view) : null;
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    return type.cast(DiskAttributes.of(DiskPath.of(path).disk().find(DiskPath.of(path))));
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String names, LinkOption... options) {
    throw new UnsupportedOperationException("attributes by name: " + names);
  }

  @Override
  public void setAttribute(Path path, String name, Object value, LinkOption... options) {
    throw new UnsupportedOperationException("attributes by name: " + name);
  }

  @SuppressWarnings("unchecked") // posix:permissions are such a set
  private static void setPermissions(Node node, FileAttribute<?>... attributes) {
    for (FileAttribute<?> attribute : attributes) {
      if (attribute.name().equals("posix:permissions")) {
        node.permissions = (Set<PosixFilePermission>) attribute.value();
      }
    }
  }
}
