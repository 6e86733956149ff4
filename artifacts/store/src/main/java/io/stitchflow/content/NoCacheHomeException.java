package io.stitchflow.content;

import java.io.IOException;

/** The environment names no cache directory, and one is needed. */
public final class NoCacheHomeException extends IOException implements ExitCoded {
  NoCacheHomeException() {
    super(
        "neither XDG_CACHE_HOME nor HOME is an absolute path, so there is no place for results,"
            + " data sets and native libraries; set HOME, or name a store with --store and a"
            + " directory for native libraries with DJL_CACHE_DIR");
  }

  @Override
  public int exitCode() {
    return INPUT;
  }
}
