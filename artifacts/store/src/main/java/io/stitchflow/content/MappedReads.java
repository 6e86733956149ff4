package io.stitchflow.content;

import org.jspecify.annotations.Nullable;

/**
 * Errors of reading files that are mapped into memory. A file that was cut short while it was
 * mapped has no page where it is read; the JVM then throws an {@link InternalError} in the thread
 * that read.
 */
public final class MappedReads {
  private static final String UNSAFE_ACCESS = "unsafe memory access";

  private MappedReads() {}

  /** Whether this error, or what caused it, is that a mapped file could not be read. */
  public static boolean isUnreadable(Throwable error) {
    for (@Nullable Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof InternalError
          && String.valueOf(cause.getMessage()).contains(UNSAFE_ACCESS)) {
        return true;
      }
    }
    return false;
  }
}
