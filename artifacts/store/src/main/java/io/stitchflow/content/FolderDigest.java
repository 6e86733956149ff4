package io.stitchflow.content;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.EnumSet;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

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
    return of(folder, states(folder));
  }

  public static Digest of(Path folder, SortedMap<String, FileState> states) throws IOException {
    List<String> paths = List.copyOf(states.keySet());
    List<Digest> digests;
    try {
      digests = paths.parallelStream().map(path -> digest(folder.resolve(path))).toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    MessageDigest sha256 = Digest.sha256();
    for (int i = 0; i < paths.size(); i++) {
      sha256.update(paths.get(i).getBytes(StandardCharsets.UTF_8));
      sha256.update((byte) 0);
      sha256.update(digests.get(i).bytes().asReadOnlyByteBuffer());
    }
    return Digest.from(sha256.digest());
  }

  private static Digest digest(Path file) {
    try {
      return Digest.of(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All files that count, by their paths below the folder, as they are now. */
  public static SortedMap<String, FileState> states(Path folder) throws IOException {
    SortedMap<String, FileState> states = new TreeMap<>();
    Files.walkFileTree(
        folder,
        EnumSet.of(FileVisitOption.FOLLOW_LINKS),
        Integer.MAX_VALUE,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path entry, BasicFileAttributes attributes) {
            return entry.equals(folder) || !isHidden(entry)
                ? FileVisitResult.CONTINUE
                : FileVisitResult.SKIP_SUBTREE;
          }

          @Override
          public FileVisitResult visitFile(Path entry, BasicFileAttributes attributes) {
            if (attributes.isRegularFile() && !isHidden(entry)) {
              states.put(below(folder, entry), FileState.of(attributes));
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path entry, IOException e) throws IOException {
            if (!entry.equals(folder) && isHidden(entry)) {
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }
        });
    return states;
  }

  private static boolean isHidden(Path entry) {
    return entry.getFileName().toString().startsWith(".");
  }

  private static String below(Path folder, Path file) {
    return folder.relativize(file).toString().replace(file.getFileSystem().getSeparator(), "/");
  }
}
