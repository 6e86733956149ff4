package io.stitchflow.dataset;

import io.stitchflow.content.ExitCoded;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Something could not be downloaded: the message says what, why, and what to do. */
public final class DownloadException extends IOException implements ExitCoded {
  DownloadException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  @Override
  public int exitCode() {
    return INPUT;
  }
}
