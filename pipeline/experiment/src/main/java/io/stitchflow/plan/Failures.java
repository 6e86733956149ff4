package io.stitchflow.plan;

import io.stitchflow.artifacts.IoReason;
import io.stitchflow.artifacts.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Failures in words. */
final class Failures {
  private Failures() {}

  /** The message alone where it was written for people, else the exception's name with it. */
  static String describe(Exception e) {
    @Nullable Throwable cause = e instanceof UncheckedIOException ? e.getCause() : null;
    Throwable failure = cause == null ? e : cause;
    @Nullable String message = failure.getMessage();
    if (failure instanceof FileSystemException || message == null) {
      return failure instanceof IOException io ? IoReason.withFile(io) : failure.toString();
    }
    return isForPeople(failure.getClass()) ? message : failure.toString();
  }

  /** An error of the JVM that its surroundings cause: the stage fails, and others may go on. */
  static String describe(Error e, Store store) {
    if (e instanceof OutOfMemoryError) {
      return String.format(
          Locale.ROOT,
          "out of memory: %s; the Java heap of this process is limited to %d MiB; set another limit with JDK_JAVA_OPTIONS=-Xmx4g, for example",
          e.getMessage(),
          Runtime.getRuntime().maxMemory() >> 20);
    }
    if (e instanceof InternalError) {
      return String.format(
          Locale.ROOT,
          "a mapped file cannot be read: %s; check the store with: stitchflow verify --store %s",
          e.getMessage(),
          store.location());
    }
    return e.toString();
  }

  private static boolean isForPeople(Class<?> type) {
    return type == IllegalArgumentException.class
        || type == IOException.class
        || type.getName().startsWith("io.stitchflow.");
  }
}
