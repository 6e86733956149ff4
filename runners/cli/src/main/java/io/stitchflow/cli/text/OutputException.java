package io.stitchflow.cli.text;

import io.stitchflow.content.ExitCoded;
import io.stitchflow.content.IoReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A directory that the user named for files cannot take them. */
public final class OutputException extends IOException implements ExitCoded {
  private final int code;

  /**
   * @param option that names the directory
   */
  public OutputException(String option, Path directory, IOException cause) {
    super(
        option
            + ": "
            + directory
            + " cannot be written: "
            + IoReason.withFile(cause)
            + space(directory, cause)
            + "; choose another directory with "
            + option
            + ". What was computed is in the store",
        cause);
    code = IoReason.isDiskFull(cause) ? STORE : INPUT;
  }

  /** 3 where the disk is full, else 2: then it is the path. */
  @Override
  public int exitCode() {
    return code;
  }

  private static String space(Path directory, IOException cause) {
    if (!IoReason.isDiskFull(cause)) {
      return "";
    }
    try {
      return " (" + Sizes.words(Files.getFileStore(directory).getUsableSpace()) + " left)";
    } catch (IOException e) {
      return "";
    }
  }
}
