package io.stitchflow.content;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What tells a file from the same file altered, short of reading it; {@code inode} where there are
 * such.
 */
public record FileState(long sizeBytes, FileTime modified, @Nullable Object inode) {
  public static FileState of(Path file) throws IOException {
    BasicFileAttributes attributes =
        Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    return of(attributes);
  }

  public static FileState of(BasicFileAttributes attributes) {
    return new FileState(attributes.size(), attributes.lastModifiedTime(), attributes.fileKey());
  }

  /** Follows links: what a user names may well be one. */
  public static FileState ofSource(Path file) throws IOException {
    return of(file.toRealPath());
  }

  /** A record's own is linked by its first call, which takes 12 ms of a start. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof FileState state
        && sizeBytes == state.sizeBytes
        && modified.equals(state.modified)
        && Objects.equals(inode, state.inode);
  }

  @Override
  public int hashCode() {
    return Objects.hash(sizeBytes, modified, inode);
  }

  /** Whether it was modified after that. */
  public boolean isYoungerThan(Instant horizon) {
    return modified.toInstant().isAfter(horizon);
  }
}
