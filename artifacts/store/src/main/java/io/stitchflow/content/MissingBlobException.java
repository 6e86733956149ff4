package io.stitchflow.content;

import java.io.IOException;

/**
 * A blob is not in the store, or was damaged and now lies in quarantine: what made it has to run
 * again.
 */
public final class MissingBlobException extends IOException implements ExitCoded {
  private final Digest digest;

  public MissingBlobException(Digest digest, String message) {
    super(message);
    this.digest = digest;
  }

  public Digest digest() {
    return digest;
  }

  @Override
  public int exitCode() {
    return STORE;
  }
}
