package io.stitchflow.cli.progress;

import io.stitchflow.cli.input.InputException;
import io.stitchflow.cli.text.Json;
import io.stitchflow.cli.text.Lines;
import io.stitchflow.cli.text.OutputException;
import io.stitchflow.content.Digest;
import io.stitchflow.content.IoReason;
import io.stitchflow.v1.Experiment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a run leaves what people open. It is made with the first files, not before. */
public final class OutDirectory {
  /** The option that overwrites the report of another experiment. */
  public static final String FORCE = "--force";

  /** The field of run.json that says what the report is of. */
  static final String DIGEST = "experiment_digest";

  private static final String OPTION = "--out";
  private static final int NAME_DIGITS = 8;

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
  static OutDirectory at(Path directory) throws InputException {
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

  /**
   * Where the report of an experiment goes. The report of another experiment, or of the same with
   * other {@code --set}, is not overwritten.
   *
   * @param named by the user; null for {@code stitchflow-out/NAME}, or with digits of the
   *     experiment's digest where that has another report
   * @param force overwrites the report of another experiment
   * @throws InputException if it cannot be used, or has another report and is named by the user
   */
  public static OutDirectory of(
      Experiment experiment, @Nullable Path named, boolean force, Lines err) throws InputException {
    return of(experiment.getName(), digest(experiment), named, force, err);
  }

  /** Like {@link #of(Experiment, Path, boolean, Lines)}, by the experiment's name and digest. */
  public static OutDirectory of(
      String name, String digest, @Nullable Path named, boolean force, Lines err)
      throws InputException {
    if (force) {
      return at(named == null ? usual(name) : named);
    }
    if (named != null) {
      OutDirectory out = at(named);
      out.checkHasNoOtherReport(digest);
      return out;
    }
    OutDirectory usual = at(usual(name));
    if (!usual.hasOtherReport(digest)) {
      return usual;
    }
    OutDirectory out = at(usual(name + "-" + digest.substring(0, NAME_DIGITS)));
    out.checkHasNoOtherReport(digest);
    err.println(
        "stitchflow: "
            + usual.directory
            + " has the report of another variant of this experiment; this report goes to "
            + out.directory);
    return out;
  }

  /** Whether an experiment's report goes here unless another is here or the user names one. */
  public boolean isUsual(String name) {
    return directory.equals(usual(name).toAbsolutePath().normalize());
  }

  private static Path usual(String name) {
    return Path.of("stitchflow-out", name);
  }

  /** Of an experiment with all defaults, in hexadecimal digits. */
  public static String digest(Experiment experiment) {
    return Digest.of(experiment.toByteArray()).hex();
  }

  private void checkHasNoOtherReport(String digest) throws InputException {
    if (hasOtherReport(digest)) {
      throw new InputException(
          directory
              + ": has the report of another experiment, or of this one with other fields; choose"
              + " another directory with --out, or overwrite it with "
              + FORCE);
    }
  }

  /** Also true if run.json does not say what the report is of. */
  private boolean hasOtherReport(String digest) throws InputException {
    Path file = path("run.json");
    try {
      return Files.exists(file) && !digest.equals(Json.find(file, DIGEST));
    } catch (IOException e) {
      throw new InputException(file + ": cannot be read (" + IoReason.of(e) + ")");
    }
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
