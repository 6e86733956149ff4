package io.stitchflow.plan;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Failures in words. */
final class Failures {
  private Failures() {}

  /** The message alone where it was written for people, else the exception's name with it. */
  static String describe(Exception e) {
    Throwable cause = e instanceof UncheckedIOException && e.getCause() != null ? e.getCause() : e;
    String message = cause.getMessage();
    boolean ours = message != null && (cause.getClass() == IllegalArgumentException.class || cause.getClass() == IOException.class || cause.getClass().getName().startsWith("io.stitchflow."));
    return ours ? message : cause.toString();
  }
}
