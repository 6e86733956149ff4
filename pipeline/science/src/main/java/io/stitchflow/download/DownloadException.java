package io.stitchflow.download;

import io.stitchflow.content.ExitCoded;
import java.io.IOException;

/** Something could not be downloaded: the message says what, why, and what to do. */
public final class DownloadException extends IOException implements ExitCoded {
  public DownloadException(String message) {
    super(message);
  }

  public DownloadException(String message, Throwable cause) {
    super(message, cause);
  }

  @Override
  public int exitCode() {
    return INPUT;
  }
}
