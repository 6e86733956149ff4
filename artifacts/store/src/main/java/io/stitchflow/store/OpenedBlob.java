package io.stitchflow.store;

import io.stitchflow.content.Digest;
import io.stitchflow.content.FileState;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A blob's file as it was when a stage opened it, to tell whether what the stage read of it later
 * was the blob. The store's files never change; a disk, or somebody with the right to, may still
 * delete one or cut it short.
 *
 * @param state null if the file was gone by then
 */
public record OpenedBlob(Path file, @Nullable FileState state) {
  public static OpenedBlob of(Path file) throws IOException {
    try {
      return new OpenedBlob(file, FileState.of(file));
    } catch (NoSuchFileException e) {
      return new OpenedBlob(file, null);
    }
  }

  /** Whether the file is there as it was, or has the right bytes all the same. */
  public boolean isStill(Digest digest) throws IOException {
    try {
      return FileState.of(file).equals(state) || VerifiedBlobs.content(file).equals(digest.hex());
    } catch (NoSuchFileException e) {
      return false;
    }
  }
}
