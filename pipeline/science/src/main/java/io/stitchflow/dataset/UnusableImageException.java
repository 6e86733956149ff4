package io.stitchflow.dataset;

/** A file holds no image that can be used: the message says why. */
final class UnusableImageException extends Exception {
  UnusableImageException(String why) {
    super(why);
  }

  UnusableImageException(String why, Exception cause) {
    super(why, cause);
  }
}
