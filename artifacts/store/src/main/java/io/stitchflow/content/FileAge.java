package io.stitchflow.content;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;

/**
 * How long ago a file of the store was last relied upon: its modification time, since nothing in
 * the store is ever modified. Collection spares what is young.
 */
public final class FileAge {
  /** What is younger need not be renewed; half of the shortest grace time of a collection. */
  public static final Duration FRESH = Duration.ofMinutes(30);

  private FileAge() {}

  /**
   * Makes the file young.
   *
   * @return whether it is there
   */
  public static boolean renew(Path file) throws IOException {
    try {
      Instant now = Instant.now();
      FileTime modified = Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS);
      if (modified.toInstant().isBefore(now.minus(FRESH))) {
        renewNow(file);
      }
      return true;
    } catch (NoSuchFileException | FileNotFoundException e) {
      return false;
    }
  }

  /** Makes the file young however young it is; in a shared store it may be another user's. */
  public static void renewNow(Path file) throws IOException {
    try {
      Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
    } catch (FileSystemException e) {
      if (!IoReason.isNotPermitted(e) || !Files.isWritable(file)) {
        throw e;
      }
      // only its owner may set a time, but who may write may set the length, which sets it to now
      try (RandomAccessFile same = new RandomAccessFile(file.toFile(), "rw")) {
        same.setLength(same.length());
      }
    }
  }
}
