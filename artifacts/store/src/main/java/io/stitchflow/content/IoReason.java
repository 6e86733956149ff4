package io.stitchflow.content;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import org.jspecify.annotations.Nullable;

/** What an error of the file system or the network says, in words and without class names. */
public final class IoReason {
  private IoReason() {}

  /** Without the file: {@code does not exist}, {@code the disk is full}. */
  public static String of(IOException e) {
    if (e.getCause() instanceof IOException cause
        && (e.getMessage() == null || cause.toString().equals(e.getMessage()))) {
      return of(cause);
    }
    String limit = limit(e);
    if (limit != null) {
      return limit;
    }
    String network = network(e);
    if (network != null) {
      return network;
    }
    if (e instanceof CharacterCodingException) {
      return "is not text in UTF-8";
    }
    if (isNotPermitted(e)) {
      return "not permitted (" + (said(e).isEmpty() ? "access denied" : said(e)) + ")";
    }
    String type = type(e);
    return type != null ? type : said(e).isEmpty() ? "the system gives no reason" : said(e);
  }

  /** With the file where the error names one: {@code runs/x.csv: does not exist}. */
  public static String withFile(IOException e) {
    @Nullable String file = e instanceof FileSystemException failed ? failed.getFile() : null;
    return file == null ? of(e) : file + ": " + of(e);
  }

  /** Whether the disk or the user's share of it is full. */
  public static boolean isDiskFull(IOException e) {
    return said(e).contains("No space left") || said(e).contains("quota exceeded");
  }

  /** Whether this process has as many files open as it may. */
  public static boolean isTooManyFiles(IOException e) {
    return said(e).contains("Too many open files");
  }

  /** Whether the disk cannot read these bytes, which is damage to this file and no other. */
  public static boolean isUnreadable(IOException e) {
    return said(e).contains("Input/output error");
  }

  public static boolean isNotDirectory(IOException e) {
    return e instanceof NotDirectoryException || said(e).contains("Not a directory");
  }

  static boolean isNotPermitted(IOException e) {
    return e instanceof AccessDeniedException
        || said(e).contains("Operation not permitted")
        || isReadOnly(e);
  }

  static boolean isReadOnly(IOException e) {
    return said(e).contains("Read-only file system");
  }

  private static @Nullable String limit(IOException e) {
    if (said(e).contains("No space left")) {
      return "the disk is full";
    }
    if (said(e).contains("quota exceeded")) {
      return "the disk quota of this user is used up; free some space";
    }
    if (said(e).contains("Too many open files in system")) {
      return "too many open files: this machine may open no more; close other programs";
    }
    if (isTooManyFiles(e)) {
      return "too many open files: this process may open no more; raise the limit, such as with"
          + " 'ulimit -n 4096'";
    }
    return said(e).contains("File name too long")
        ? "the path or a name in it is too long for the file system; choose a shorter one"
        : null;
  }

  private static @Nullable String network(IOException e) {
    if (e instanceof ConnectException) {
      return "nothing answers there";
    }
    if (e instanceof UnknownHostException) {
      return "unknown host " + e.getMessage();
    }
    return e instanceof SocketTimeoutException || e instanceof HttpTimeoutException
        ? "no answer in time"
        : null;
  }

  private static @Nullable String type(IOException e) {
    if (e instanceof FileSystemLoopException
        || said(e).startsWith("Too many levels of symbolic links")) {
      return "its symbolic links form a loop, or there is one where none may be; remove the link";
    }
    if (isNotDirectory(e)) {
      return "a file stands where a directory is needed; move it away";
    }
    if (isUnreadable(e)) {
      return "the disk reports an error when it is read or written (input/output error)";
    }
    if (!said(e).isEmpty() && !(e instanceof ClosedChannelException)) {
      return null; // it has words of its own
    }
    if (e instanceof NoSuchFileException) {
      return "does not exist";
    }
    if (e instanceof FileAlreadyExistsException) {
      return "exists already";
    }
    if (e instanceof DirectoryNotEmptyException) {
      return "is a directory that is not empty";
    }
    if (e instanceof EOFException) {
      return "ends early";
    }
    return e instanceof ClosedChannelException ? "was closed while it was in use" : null;
  }

  private static String said(IOException e) {
    @Nullable String said = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
    return said == null ? "" : said;
  }
}
