package io.stitchflow.content;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file system's errors as errors of a store: what happened, and what the user can do about it.
 */
public final class FileFailure {
  private FileFailure() {}

  /** The error in the user's terms; interrupts and what is explained already pass as they are. */
  public static IOException explain(Path root, Path path, IOException e) {
    if (e instanceof StoreException || e instanceof MissingBlobException || isInterrupt(e)) {
      return e;
    }
    return new StoreException(path + ": " + sentence(root, e), e);
  }

  private static String sentence(Path root, IOException e) {
    String reason = IoReason.of(e);
    if (reason.equals("the disk is full")) {
      return reason + " (" + usableMebibytes(root) + " MiB left); free some space";
    }
    if (IoReason.isNotDirectory(e)) {
      return "a file stands where the store needs a directory; move it away";
    }
    if (IoReason.isNotPermitted(e)) {
      return reason
          + "; give this user the right to read and write "
          + root
          + (IoReason.isReadOnly(e)
              ? ""
              : ", such as by its owner's 'stitchflow init-store --shared --store " + root + "'")
          + ", or choose another store with --store";
    }
    return reason.contains("; ")
        ? reason
        : reason + "; check the disk of " + root + ", or choose another store with --store";
  }

  /** Whether a thread was asked to stop, rather than the file system at fault. */
  public static boolean isInterrupt(IOException e) {
    return e instanceof ClosedByInterruptException || e instanceof InterruptedIOException;
  }

  private static String usableMebibytes(Path root) {
    try {
      return Long.toString(Files.getFileStore(root).getUsableSpace() >> 20);
    } catch (IOException e) {
      return "unknown";
    }
  }
}
