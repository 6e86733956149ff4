package io.stitchflow.cli;

/** Something in what the user gave cannot be used; the message says what, and what to do. */
final class InputException extends Exception {
  InputException(String message) {
    super(message);
  }
}
