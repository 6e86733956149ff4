package io.stitchflow.tensors;

import java.io.IOException;
import java.nio.file.Path;

/** A file that a user gave is not of the format that it is read as. */
public final class InvalidFileException extends IOException {
  InvalidFileException(Path file, String what, Throwable cause) {
    super(file + ": " + what, cause);
  }
}
