package io.stitchflow.stage;

import io.stitchflow.gc.Eviction;
import io.stitchflow.memo.StageExecutor;
import io.stitchflow.v1.Action;
import java.util.ServiceLoader;

/** Writes the page, figures and tables of an experiment. */
final class WriteReportStage extends StageDefinition {
  WriteReportStage() {
    super(
        StageTraits.of("write_report", 19, Phase.WRITE_REPORT)
            .makes("report", "report")
            .reads(
                "train",
                "test",
                "network[*]",
                "training[*]",
                "test[*]",
                "representation[*]",
                "comparison[*]",
                "stitch_training[*]")
            .writes("report.html", BlobFormat.HTML)
            .writes("answer.txt", BlobFormat.TEXT)
            .writes("*.csv", BlobFormat.CSV)
            .writes("*.arrow", BlobFormat.ARROW)
            .writes("*.svg", BlobFormat.SVG)
            .withoutArithmetic()
            .evicted(Eviction.NEVER));
  }

  @Override
  public StageExecutor executor() {
    return ServiceLoader.load(ReportWriter.class, ReportWriter.class.getClassLoader())
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("pipeline/report is not on the class path"));
  }

  @Override
  public String describe(Action action, Provenance provenance) {
    return action.getWriteReport().getExperiment()
        + ", "
        + action.getWriteReport().getCellCount()
        + " cells";
  }
}
