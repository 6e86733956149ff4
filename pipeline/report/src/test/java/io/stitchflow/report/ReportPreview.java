package io.stitchflow.report;

import io.stitchflow.report.cells.Fixtures;
import io.stitchflow.v1.CopySolver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Writes a made-up report, to be looked at: {@code ReportPreview DIRECTORY}. */
public final class ReportPreview {
  private ReportPreview() {}

  public static void main(String[] arguments) throws IOException {
    Path directory = Path.of(arguments[0]);
    write(
        Fixtures.experiment(
            directory.resolve("small"),
            List.of(
                Fixtures.network("a", 1, false, 1, 1, 1, 1),
                Fixtures.network("b", 2, false, 1, 1, 1, 1)),
            List.of(CopySolver.LEAST_SQUARES),
            1));
    write(
        Fixtures.experiment(
            directory.resolve("large"),
            List.of(
                Fixtures.network("resnet18", 1, false, 2, 2, 2, 2),
                Fixtures.network("resnet34", 2, false, 3, 4, 6, 3)),
            List.of(CopySolver.LEAST_SQUARES, CopySolver.SGD),
            3));
  }

  private static void write(FakeRun run) throws IOException {
    new WriteReportExecutor().execute(List.of(run), share -> {});
  }
}
