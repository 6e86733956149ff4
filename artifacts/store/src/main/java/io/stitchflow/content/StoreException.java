package io.stitchflow.content;

import java.io.IOException;

/** The store cannot be used: the message names the path, what is wrong with it and what to do. */
public final class StoreException extends IOException implements ExitCoded {
  public StoreException(String message) {
    super(message);
  }

  public StoreException(String message, Throwable cause) {
    super(message, cause);
  }

  @Override
  public int exitCode() {
    return STORE;
  }
}
