package io.stitchflow.report;

import io.stitchflow.report.cells.Fixtures;
import io.stitchflow.v1.Condition;
import io.stitchflow.v1.CopySolver;
import io.stitchflow.v1.ReportCell;
import io.stitchflow.v1.ReportNetwork;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Writes made-up reports, to be looked at: {@code ReportPreview DIRECTORY}. */
public final class ReportPreview {
  /** A name that would run if it were not escaped. */
  public static final String HOSTILE =
      "<img src=x onerror='window.hacked=1'></script><script>window.hacked=1</script> a+b&c=%41%";

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
            2));
    ReportNetwork a = Fixtures.network("a", 1, false, 1);
    ReportNetwork b = Fixtures.network("b", 2, false, 1);
    write(
        new FakeRun(directory.resolve("judged"), "judged")
            .add(a, Fixtures.curve(0.9, 1))
            .add(b, Fixtures.curve(0.9, 1))
            .add(cell("stem", "stem"), Fixtures.judged(0, 0.125))
            .add(cell("stem", "layer1.0"), Fixtures.judged(0.25, 0.125))
            .add(cell("layer1.0", "stem"), Fixtures.judged(0.25, 0.5))
            .add(cell("layer1.0", "layer1.0"), Fixtures.judged(0.005, 0.125)));
    ReportNetwork hostile = Fixtures.network(HOSTILE, 1, false, 1, 1, 1, 1);
    FakeRun full =
        new FakeRun(directory.resolve("full"), HOSTILE).add(hostile, Fixtures.curve(0.9, 1.5, 0.5));
    for (String sent : hostile.getCutList()) {
      for (String received : hostile.getCutList()) {
        full.add(
            Fixtures.place(Condition.TRAINED_TRAINED, HOSTILE, sent, HOSTILE, received),
            Fixtures.everything());
      }
    }
    write(full);
  }

  private static ReportCell cell(String senderCut, String receiverCut) {
    return Fixtures.place(Condition.TRAINED_TRAINED, "a", senderCut, "b", receiverCut);
  }

  private static void write(FakeRun run) throws IOException {
    new WriteReportExecutor().execute(List.of(run), share -> {});
  }
}
