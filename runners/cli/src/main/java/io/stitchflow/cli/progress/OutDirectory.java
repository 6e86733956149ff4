package io.stitchflow.cli.progress;

import io.stitchflow.cli.input.InputException;
import io.stitchflow.cli.text.OutputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** Where a run leaves what people open. It is made with the first files, not before. */
public final class OutDirectory {
  private static final String OPTION = "--out";

  private final Path directory;

  private OutDirectory(Path directory) {
    this.directory = directory;
  }

  /**
   * Checks that the directory can be made and written to; makes nothing.
   *
   * @throws InputException if it cannot
   */
  public static OutDirectory at(Path directory) throws InputException {
    Path there = directory.toAbsolutePath().normalize();
    while (there.getParent() != null && !Files.exists(there, LinkOption.NOFOLLOW_LINKS)) {
      there = there.getParent();
    }
    if (!Files.isDirectory(there)) {
      throw new InputException(
          directory
              + ": cannot be made a directory for the report: "
              + (Files.isSymbolicLink(there) ? "no directory is behind the link " : "a file is at ")
              + there
              + "; choose another with --out");
    }
    if (!Files.isWritable(there)) {
      throw new InputException(there + ": cannot be written to; choose another with --out");
    }
    return new OutDirectory(directory);
  }

  public Path path(String name) {
    return directory.resolve(name);
  }

  /** Files that will appear together. */
  OutFiles begin() throws OutputException {
    try {
      return OutFiles.in(directory);
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  /** What an error of writing there means for the user. */
  OutputException unwritable(IOException e) {
    return new OutputException(OPTION, directory, e);
  }
}
