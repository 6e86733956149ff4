package io.stitchflow.cli.progress;

import io.stitchflow.cli.input.InputException;
import io.stitchflow.cli.text.OutputException;
import io.stitchflow.content.IoReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** Where a run leaves what people open. It is made with the first files, not before. */
public final class OutDirectory {
  private static final String OPTION = "--out";

  private static final List<String> REPORT_FILES =
      List.of("report.html", "answer.txt", "answer.csv", "cells.csv", "cells.arrow");

  private final Path directory;

  private OutDirectory(Path directory) {
    this.directory = directory.toAbsolutePath().normalize();
  }

  /**
   * Checks that the directory can be created and written to, and that it has no files of the user's
   * under the names of a report's files. Leaves nothing behind.
   *
   * @throws InputException if it cannot be used
   */
  public static OutDirectory at(Path directory) throws InputException {
    if (directory.toString().isBlank()) {
      throw new InputException("--out: needs a directory, but was '" + directory + "'");
    }
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
    checkWritable(there);
    OutDirectory out = new OutDirectory(directory);
    out.checkHasNoOtherFiles();
    return out;
  }

  /** By a file: root may write everywhere, but no file system lets it do so in /proc. */
  private static void checkWritable(Path directory) throws InputException {
    try {
      Files.delete(Files.createTempFile(directory, ".stitchflow-", ""));
    } catch (IOException e) {
      throw new InputException(
          directory
              + ": cannot be written to ("
              + (e instanceof NoSuchFileException ? "it takes no files" : IoReason.of(e))
              + "); choose another with --out");
    }
  }

  /** A report has its run.json beside it; files of the same names without one are not ours. */
  private void checkHasNoOtherFiles() throws InputException {
    if (Files.exists(path("run.json"))) {
      return;
    }
    for (String name : REPORT_FILES) {
      if (Files.exists(path(name), LinkOption.NOFOLLOW_LINKS)) {
        throw new InputException(
            path(name)
                + ": would be overwritten, but is not of a run, since no run.json is beside it; move it"
                + " away or choose another directory with --out");
      }
    }
  }

  /**
   * Files of a report are no files of a store.
   *
   * @throws InputException if the directory is {@code store} or below it
   */
  public void checkIsOutside(Path store) throws InputException {
    if (directory.startsWith(store.toAbsolutePath().normalize())) {
      throw new InputException(
          directory + ": is in the store; choose another directory with --out");
    }
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
