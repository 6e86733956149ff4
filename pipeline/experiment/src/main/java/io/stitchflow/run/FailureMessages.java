package io.stitchflow.run;

import io.stitchflow.content.IoReason;
import io.stitchflow.store.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import org.jspecify.annotations.Nullable;

/** FailureMessages in words. */
final class FailureMessages {
  private FailureMessages() {}

  /** The message alone where it was written for people, else the exception's name with it. */
  static String describe(Exception e, Store store) {
    @Nullable Throwable cause = e instanceof UncheckedIOException ? e.getCause() : null;
    Throwable failure = cause == null ? e : cause;
    @Nullable String limit = MachineLimits.describe(failure, store.location());
    if (limit != null) {
      return limit;
    }
    @Nullable String message = failure.getMessage();
    if (failure instanceof FileSystemException || message == null) {
      return failure instanceof IOException io ? IoReason.withFile(io) : failure.toString();
    }
    return isForPeople(failure.getClass()) ? message : failure.toString();
  }

  /** An error of the JVM that its surroundings cause: the stage fails, and others may go on. */
  static String describe(Error e, Store store) {
    @Nullable String limit = MachineLimits.describe(e, store.location());
    return limit == null ? e.toString() : limit;
  }

  private static boolean isForPeople(Class<?> type) {
    return type == IllegalArgumentException.class
        || type == IOException.class
        || type.getName().startsWith("io.stitchflow.");
  }
}
