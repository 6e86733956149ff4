package io.stitchflow.artifacts;

import java.io.IOException;
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
final class Age {
  /** What is younger need not be renewed; half of the shortest grace time of a collection. */
  static final Duration FRESH = Duration.ofMinutes(30);

  private Age() {}

  /**
   * Makes the file young.
   *
   * @return whether it is there
   */
  static boolean renew(Path file) throws IOException {
    try {
      Instant now = Instant.now();
      FileTime modified = Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS);
      if (modified.toInstant().isBefore(now.minus(FRESH))) {
        Files.setLastModifiedTime(file, FileTime.from(now));
      }
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }
}
