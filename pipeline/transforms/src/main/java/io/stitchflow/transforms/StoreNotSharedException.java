package io.stitchflow.transforms;

import io.stitchflow.content.ExitCoded;
import java.io.IOException;

/** A worker does not see the store that its run is in. */
public final class StoreNotSharedException extends IOException implements ExitCoded {
  /**
   * @param store as the run names it
   * @param worker who does not see it
   */
  StoreNotSharedException(String store, String worker, IOException cause) {
    super(
        store
            + ": worker "
            + worker
            + " does not find this run in that store ("
            + cause.getMessage()
            + "); give a directory with --store that all workers share under this path, or s3://...",
        cause);
  }

  /** One that another process has thrown, with its message. */
  public StoreNotSharedException(String message) {
    super(message);
  }

  @Override
  public int exitCode() {
    return STORE;
  }
}
