package io.stitchflow.artifacts;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/** Tells from a file system's error what the user can do about it. */
final class FileFailure {
  private FileFailure() {}

  /** The error in the user's terms; interrupts and what is explained already pass as they are. */
  static IOException explain(Path root, Path path, IOException e) {
    if (e instanceof StoreException || isInterrupt(e)) {
      return e;
    }
    String reason = reason(e);
    if (isDiskFull(e)) {
      return new StoreException(
          path + ": the disk is full (" + usableMebibytes(root) + " MiB left); free some space", e);
    }
    if (e instanceof NotDirectoryException || reason.contains("Not a directory")) {
      return new StoreException(
          path + ": a file stands where the store needs a directory; move it away", e);
    }
    if (e instanceof AccessDeniedException || reason.contains("Read-only file system")) {
      return new StoreException(
          path
              + ": not permitted ("
              + (reason.isEmpty() ? "access denied" : reason)
              + "); give this user the right to read and write "
              + root
              + ", or choose another store with --store",
          e);
    }
    return new StoreException(path + ": " + (IoReason.of(e)), e);
  }

  /** Whether a thread was asked to stop, rather than the file system at fault. */
  static boolean isInterrupt(IOException e) {
    return e instanceof ClosedByInterruptException || e instanceof InterruptedIOException;
  }

  static boolean isDiskFull(IOException e) {
    return reason(e).contains("No space left") || reason(e).contains("Disk quota exceeded");
  }

  /** Whether the disk cannot read these bytes, which is damage to this file and no other. */
  static boolean isUnreadable(IOException e) {
    return reason(e).contains("Input/output error");
  }

  private static String reason(IOException e) {
    String reason = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
    return reason == null ? "" : reason;
  }

  private static String usableMebibytes(Path root) {
    try {
      return Long.toString(Files.getFileStore(root).getUsableSpace() >> 20);
    } catch (IOException e) {
      return "unknown";
    }
  }
}
