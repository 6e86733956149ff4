package io.stitchflow.torch;

/** libtorch cannot be unpacked or loaded on this machine. */
public final class NativeLibraryException extends RuntimeException {
  private static final long serialVersionUID = 1;

  NativeLibraryException(String message, Throwable cause) {
    super(message, cause);
  }
}
