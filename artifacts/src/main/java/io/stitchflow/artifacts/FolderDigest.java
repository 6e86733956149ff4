package io.stitchflow.artifacts;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The digest of a folder outside the store: of its files' paths and digests, and nothing else.
 * Where the folder lies, the order of its entries and times are no part of it; links are followed;
 * what is called {@code .something} is passed over.
 *
 * <p>It is the SHA-256 of each file's path below the folder in UTF-8 (with '/'), a zero byte and
 * the 32 bytes of its own SHA-256, in the order of {@link String#compareTo} of the paths.
 */
public final class FolderDigest {
  private FolderDigest() {}

  /** Reads all files. */
  public static Digest of(Path folder) throws IOException {
    MessageDigest sha256 = Digest.sha256();
    for (var file : files(folder).entrySet()) {
      sha256.update(file.getKey().getBytes(StandardCharsets.UTF_8));
      sha256.update((byte) 0);
      sha256.update(Digest.of(file.getValue()).bytes().asReadOnlyByteBuffer());
    }
    return Digest.from(sha256.digest());
  }

  private static SortedMap<String, Path> files(Path folder) throws IOException {
    SortedMap<String, Path> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
      for (Path file : (Iterable<Path>) all.filter(Files::isRegularFile)::iterator) {
        Path below = folder.relativize(file);
        if (!isHidden(below)) {
          files.put(below.toString().replace(below.getFileSystem().getSeparator(), "/"), file);
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return files;
  }

  private static boolean isHidden(Path path) {
    for (Path name : path) {
      if (name.toString().startsWith(".")) {
        return true;
      }
    }
    return false;
  }
}
