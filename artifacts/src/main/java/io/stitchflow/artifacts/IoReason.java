package io.stitchflow.artifacts;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;

/** Why reading, writing or connecting failed, in words for a message. */
public final class IoReason {
  private IoReason() {}

  /**
   * The reason, without a Java class name; a file's path is left out, since the message names it.
   */
  public static String of(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "it does not exist";
    }
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof FileAlreadyExistsException) {
      return "a file of that name exists";
    }
    if (e instanceof NotDirectoryException) {
      return "not a directory";
    }
    if (e instanceof FileSystemLoopException) {
      return "too many levels of symbolic links";
    }
    if (e instanceof FileSystemException file && file.getReason() != null) {
      return file.getReason().toLowerCase(Locale.ROOT);
    }
    if (e instanceof UnknownHostException) {
      return "unknown host " + e.getMessage();
    }
    if (e instanceof ConnectException) {
      return "connection refused";
    }
    if (e instanceof SocketTimeoutException) {
      return "no answer in time";
    }
    if (e instanceof EOFException) {
      return "it ends too early";
    }
    Throwable cause = e.getCause();
    if (cause instanceof IOException inner
        && (e.getMessage() == null || e.getMessage().equals(inner.toString()))) {
      return of(inner);
    }
    return e.getMessage() == null ? "input or output failed" : e.getMessage();
  }
}
