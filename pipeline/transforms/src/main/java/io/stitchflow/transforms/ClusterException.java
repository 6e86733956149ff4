package io.stitchflow.transforms;

import io.stitchflow.content.ExitCoded;
import java.io.IOException;

/** A cluster does not do what was asked; the message says why and what to do. */
public final class ClusterException extends IOException implements ExitCoded {
  public ClusterException(String message) {
    super(message);
  }

  public ClusterException(String message, Throwable cause) {
    super(message, cause);
  }

  @Override
  public int exitCode() {
    return INPUT;
  }
}
