package io.stitchflow.cli;

import io.stitchflow.artifacts.ExitCoded;

/** Something in what the user gave cannot be used; the message says what, and what to do. */
final class InputException extends Exception implements ExitCoded {
  InputException(String message) {
    super(message);
  }

  @Override
  public int exitCode() {
    return INPUT;
  }
}
