package io.stitchflow.artifacts;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A file system's errors in sentences: what happened, and what the user can do about it. */
public final class FileFailure {
  private FileFailure() {}

  /** The error in the user's terms; interrupts and what is explained already pass as they are. */
  static IOException explain(Path root, Path path, IOException e) {
    if (e instanceof StoreException || e instanceof MissingBlobException || isInterrupt(e)) {
      return e;
    }
    return new StoreException(path + ": " + sentence(root, e), e);
  }

  private static String sentence(Path root, IOException e) {
    String what = describe(e);
    if (reason(e).contains("No space left")) {
      return what + " (" + usableMebibytes(root) + " MiB left); free some space";
    }
    if (isNotDirectory(e)) {
      return "a file stands where the store needs a directory; move it away";
    }
    if (isNotPermitted(e)) {
      return what
          + "; give this user the right to read and write "
          + root
          + (reason(e).contains("Read-only")
              ? ""
              : ", such as by its owner's 'stitchflow init-store --shared --store " + root + "'")
          + ", or choose another store with --store";
    }
    return what;
  }

  /**
   * What happened, without the path and without the names of Java classes, such as {@code "the
   * quota of this user is used up; free some space"}.
   */
  public static String describe(IOException e) {
    if (e.getCause() instanceof IOException cause && cause.toString().equals(e.getMessage())) {
      return describe(cause);
    }
    String reason = reason(e);
    if (reason.contains("No space left")) {
      return "the disk is full";
    }
    if (reason.contains("quota exceeded")) {
      return "the disk quota of this user is used up; free some space";
    }
    if (reason.contains("Too many open files")) {
      return "too many open files: "
          + (reason.contains("in system")
              ? "this machine may open no more; close other programs"
              : "this process may open no more; raise the limit, such as with 'ulimit -n 4096'")
          + ", and run again";
    }
    if (reason.contains("File name too long")) {
      return "the path or a name in it is too long for the file system; choose a shorter one";
    }
    if (e instanceof FileSystemLoopException
        || reason.startsWith("Too many levels of symbolic links")) {
      return "its symbolic links form a loop, or there is one where none may be; remove the link";
    }
    if (isNotPermitted(e)) {
      return "not permitted (" + (reason.isEmpty() ? "access denied" : reason) + ")";
    }
    if (isNotDirectory(e)) {
      return "a file stands where a directory is needed; move it away";
    }
    if (e instanceof NoSuchFileException) {
      return "there is no such file or directory";
    }
    if (e instanceof FileAlreadyExistsException) {
      return "something of that name exists already; move it away";
    }
    if (e instanceof DirectoryNotEmptyException) {
      return "the directory is not empty";
    }
    if (reason.contains("Input/output error")) {
      return "the disk reports an error when it is read or written (input/output error)";
    }
    if (e instanceof EOFException) {
      return "the file ends too early";
    }
    if (e instanceof ClosedChannelException) {
      return "the file was closed while it was in use";
    }
    return reason.isEmpty() ? "the operating system gives no reason" : reason;
  }

  /** Whether a thread was asked to stop, rather than the file system at fault. */
  static boolean isInterrupt(IOException e) {
    return e instanceof ClosedByInterruptException || e instanceof InterruptedIOException;
  }

  static boolean isDiskFull(IOException e) {
    return reason(e).contains("No space left") || reason(e).contains("quota exceeded");
  }

  /** Whether the disk cannot read these bytes, which is damage to this file and no other. */
  static boolean isUnreadable(IOException e) {
    return reason(e).contains("Input/output error");
  }

  static boolean isNotDirectory(IOException e) {
    return e instanceof NotDirectoryException || reason(e).contains("Not a directory");
  }

  static boolean isNotPermitted(IOException e) {
    return e instanceof AccessDeniedException
        || reason(e).contains("Operation not permitted")
        || reason(e).contains("Read-only file system");
  }

  private static String reason(IOException e) {
    @Nullable String reason = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
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
