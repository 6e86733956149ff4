package io.stitchflow.cli.comparison;

import io.stitchflow.cli.input.InputException;
import io.stitchflow.cli.input.StoreOption;
import io.stitchflow.cli.progress.RunEntry;
import io.stitchflow.content.Digest;
import io.stitchflow.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds the {@code cells.csv} of a report: in a directory, as a file, or in the store. */
record ReportPlace(StoreOption store, Map<String, String> environment) {
  private static final String CELLS = "cells.csv";

  /**
   * Opens the cells of a report. A file or directory wins over a run whose ID has the same name.
   *
   * @param report an output directory of {@code run}, a {@code cells.csv}, or a run's ID
   * @throws InputException if there is nothing of this name, or it has no cells
   */
  CellsFile open(String report) throws IOException, InputException {
    if (report.isBlank()) {
      throw new InputException(
          "expected a directory, a cells.csv or the ID of a run, but was: '" + report + "'");
    }
    Path path = Path.of(report);
    if (Files.isDirectory(path)) {
      Path cells = path.resolve(CELLS);
      if (!Files.exists(cells, LinkOption.NOFOLLOW_LINKS)) {
        throw new InputException(
            report + ": has no cells.csv; give the output directory of 'stitchflow run'");
      }
      return CellsFile.open(cells.toString(), cells);
    }
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return CellsFile.open(report, path);
    }
    if (RunEntry.isPrefix(report)) {
      return ofRun(report);
    }
    throw new InputException(
        report
            + ": does not exist; give the output directory of 'stitchflow run', a cells.csv, or the ID of a run, which 'stitchflow runs' lists");
  }

  private CellsFile ofRun(String id) throws IOException, InputException {
    Store opened = store.open(environment);
    RunEntry run = RunEntry.find(opened, id);
    @Nullable Digest cells = run.reportFile(CELLS);
    if (cells == null) {
      throw new InputException(
          "run "
              + run.id()
              + ": has no report, because it is "
              + run.state().word()
              + "; run its experiment again");
    }
    return CellsFile.open("run " + run.id() + ", " + CELLS, opened.open(cells));
  }
}
