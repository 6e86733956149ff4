package io.stitchflow.cli.setup;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.stitchflow.download.Download;
import io.stitchflow.libtorch.CudaLibtorch;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * PyTorch's archive of libtorch: a ZIP file whose entries are in {@code libtorch/}.
 *
 * @param name of the file, for people
 */
record LibtorchArchive(Path file, String name) {
  private static final String FOLDER = "libtorch/";
  private static final String VERSION_FILE = FOLDER + "build-version";
  private static final String RUNTIME = "libcudart";
  private static final int BUFFER_BYTES = 1 << 20;
  private static final int MOST_VERSION_BYTES = 100;

  /** The archive is another one, or damaged; what was unpacked is not used. */
  static final class UnusableException extends Exception {
    UnusableException(String message) {
      super(message);
    }
  }

  /** The version that the archive states. */
  private static String version(ZipFile zip) throws IOException {
    @Nullable ZipEntry entry = zip.getEntry(VERSION_FILE);
    if (entry == null) {
      return "";
    }
    try (InputStream in = zip.getInputStream(entry)) {
      return new String(in.readNBytes(MOST_VERSION_BYTES), UTF_8).trim();
    }
  }

  /**
   * The size of what {@link #unpack} writes.
   *
   * @throws UnusableException if this is not the archive of {@link CudaLibtorch#version}
   */
  long unpackedBytes() throws IOException, UnusableException {
    try (ZipFile zip = new ZipFile(file.toFile())) {
      check(zip);
      return entries(zip).stream().mapToLong(ZipEntry::getSize).sum();
    } catch (ZipException | EOFException e) {
      throw new UnusableException(name + " is not a ZIP archive (" + e.getMessage() + ")");
    }
  }

  private void check(ZipFile zip) throws IOException, UnusableException {
    String version = version(zip);
    if (version.isEmpty()) {
      throw new UnusableException(
          name + " has no " + VERSION_FILE + ", so it is not PyTorch's archive of libtorch");
    }
    if (!version.equals(CudaLibtorch.version())) {
      throw new UnusableException(
          name
              + " has libtorch "
              + version
              + ", but libtorch "
              + CudaLibtorch.version()
              + " is needed");
    }
  }

  private static List<? extends ZipEntry> entries(ZipFile zip) {
    return Collections.list(zip.entries());
  }

  /**
   * Writes the archive's files to a new directory, and a link by which DJL finds CUDA's runtime.
   *
   * @throws UnusableException if the archive is damaged, or an entry would be outside {@code to}
   */
  void unpack(Path to, Download.Progress progress) throws IOException, UnusableException {
    long all = unpackedBytes();
    long written = 0;
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (ZipEntry entry : entries(zip)) {
        Path path = path(entry, to);
        if (entry.isDirectory()) {
          Files.createDirectories(path);
          continue;
        }
        Files.createDirectories(Objects.requireNonNull(path.getParent()));
        try (InputStream in = zip.getInputStream(entry)) {
          written =
              write(entry, in, path, written, (bytes, unused) -> progress.advanced(bytes, all));
        }
      }
    } catch (ZipException | EOFException e) {
      throw damaged(String.valueOf(e.getMessage()));
    }
    linkRuntime(to);
  }

  private Path path(ZipEntry entry, Path to) throws UnusableException {
    String inside =
        entry.getName().startsWith(FOLDER) ? entry.getName().substring(FOLDER.length()) : "../";
    Path path = to.resolve(inside).normalize();
    if (!path.startsWith(to)) {
      throw new UnusableException(
          name + " has an entry outside " + FOLDER + ": '" + entry.getName() + "'");
    }
    return path;
  }

  private long write(
      ZipEntry entry, InputStream in, Path path, long before, Download.Progress progress)
      throws IOException, UnusableException {
    long written = before;
    CRC32 sum = new CRC32();
    byte[] buffer = new byte[BUFFER_BYTES];
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      OutputStream out = Channels.newOutputStream(channel);
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        out.write(buffer, 0, n);
        sum.update(buffer, 0, n);
        written += n;
        progress.advanced(written, 0);
      }
      channel.force(true); // before the rename of the whole directory
    }
    if (sum.getValue() != entry.getCrc()) {
      throw damaged("'" + entry.getName() + "' has another CRC-32 than the archive states");
    }
    return written;
  }

  private UnusableException damaged(String reason) {
    return new UnusableException(name + " is damaged (" + reason + ")");
  }

  /** DJL asks the loader for a library without a version; the archive's own name has a hash. */
  private static void linkRuntime(Path libtorch) throws IOException {
    Path lib = libtorch.resolve("lib");
    try (Stream<Path> files = Files.list(lib)) {
      @Nullable Path runtime =
          files
              .filter(each -> each.getFileName().toString().startsWith(RUNTIME))
              .sorted()
              .findFirst()
              .orElse(null);
      if (runtime != null) {
        Path folder = Files.createDirectory(libtorch.resolve("cudart"));
        Files.createSymbolicLink(
            folder.resolve(System.mapLibraryName("cudart")), folder.relativize(runtime));
      }
    }
  }
}
