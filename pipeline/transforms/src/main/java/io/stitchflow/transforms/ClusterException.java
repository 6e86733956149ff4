package io.stitchflow.transforms;

import java.io.IOException;

/** A cluster does not do what was asked; the message says why and what to do. */
public final class ClusterException extends IOException {
  public ClusterException(String message) {
    super(message);
  }

  public ClusterException(String message, Throwable cause) {
    super(message, cause);
  }
}
