package io.stitchflow.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.stitchflow.content.Digest;
import io.stitchflow.store.directory.StoreDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** What the disk, a user or a crash may do to a store's files behind its back. */
public final class StoreFiles {
  private StoreFiles() {}

  public static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  public static Path path(Store store, StoreDirectory.Folder folder, Digest digest) {
    return store.directory().path(folder, digest);
  }

  public static Path blob(Store store, Digest digest) {
    return path(store, StoreDirectory.Folder.CAS, digest);
  }

  /** Other content in a new file, an hour older, so that no clock is too coarse to show it. */
  public static void overwrite(Path file, byte[] content) throws IOException {
    Path other = Files.createTempFile("altered", null);
    Files.write(other, content);
    Files.setLastModifiedTime(
        other, FileTime.fromMillis(Files.getLastModifiedTime(file).toMillis() - 3_600_000));
    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
  }

  public static void flipBit(Path file, long bit) throws IOException {
    byte[] content = Files.readAllBytes(file);
    content[(int) (bit / 8)] ^= (byte) (1 << (bit % 8));
    overwrite(file, content);
  }

  /** All regular files below, or none if there is no such folder. */
  public static List<Path> files(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }

  public static List<Path> files(Store store, StoreDirectory.Folder folder) throws IOException {
    return files(store.directory().folder(folder));
  }

  /** A new directory, in memory where there is such a file system: forcing costs nothing there. */
  public static Path fastDirectory() throws IOException {
    Path memory = Path.of("/dev/shm");
    return Files.isWritable(memory)
        ? Files.createTempDirectory(memory, "stitchflow")
        : Files.createTempDirectory("stitchflow");
  }

  /** The directory and all that is in it. */
  public static void deleteAll(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  public static List<String> names(List<Path> files) {
    return files.stream().map(file -> file.getFileName().toString()).toList();
  }
}
