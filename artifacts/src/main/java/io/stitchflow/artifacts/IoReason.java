package io.stitchflow.artifacts;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
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
    if (e instanceof ConnectException || e instanceof UnknownHostException) {
      return e instanceof ConnectException ? "nothing answers there" : "no such host";
    }
    if (e instanceof SocketTimeoutException || e instanceof HttpTimeoutException) {
      return "no answer in time";
    }
    if (e instanceof CharacterCodingException) {
      return "is not text in UTF-8";
    }
    String said = said(e);
    if (said.contains("No space left")) {
      return "the disk is full";
    }
    if (isTooManyFiles(e)) {
      return "too many open files; raise the limit with 'ulimit -n'";
    }
    if (!said.isEmpty()) {
      return said;
    }
    return e instanceof FileSystemException failed ? ofType(failed) : ofType(e);
  }

  /** With the file where the error names one: {@code runs/x.csv: does not exist}. */
  public static String withFile(IOException e) {
    @Nullable String file = e instanceof FileSystemException failed ? failed.getFile() : null;
    return file == null ? of(e) : file + ": " + of(e);
  }

  /** Whether the disk or the user's share of it is full. */
  public static boolean isDiskFull(IOException e) {
    String said = said(e);
    return said.contains("No space left") || said.contains("Disk quota exceeded");
  }

  /** Whether this process has as many files open as it may. */
  public static boolean isTooManyFiles(IOException e) {
    return said(e).contains("Too many open files");
  }

  private static String said(IOException e) {
    @Nullable String said = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
    return said == null ? "" : said;
  }

  private static String ofType(FileSystemException e) {
    if (e instanceof NoSuchFileException) {
      return "does not exist";
    }
    if (e instanceof FileAlreadyExistsException) {
      return "exists already";
    }
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof NotDirectoryException) {
      return "is not a directory";
    }
    if (e instanceof DirectoryNotEmptyException) {
      return "is a directory that is not empty";
    }
    return e instanceof FileSystemLoopException ? "is part of a loop of links" : "cannot be used";
  }

  private static String ofType(IOException e) {
    return e instanceof EOFException ? "ends early" : "an input or output error";
  }
}
