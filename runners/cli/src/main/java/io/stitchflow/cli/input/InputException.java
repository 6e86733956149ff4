package io.stitchflow.cli.input;

import io.stitchflow.content.ExitCoded;

/** Something in what the user gave cannot be used; the message says what, and what to do. */
public final class InputException extends Exception implements ExitCoded {
  public InputException(String message) {
    super(message);
  }

  @Override
  public int exitCode() {
    return INPUT;
  }
}
