package io.stitchflow.content;

import java.io.IOException;
import java.nio.file.Path;

/** A file outside the store does not hold the bytes that the action was planned with. */
public final class SourceFileChangedException extends IOException implements ExitCoded {
  public SourceFileChangedException(Path file) {
    super(file + ": has changed since the run was planned; run again to plan with what it holds");
  }

  @Override
  public int exitCode() {
    return INPUT;
  }
}
