package io.stitchflow.transforms;

import io.stitchflow.comparison.CompareStitchesExecutor;
import io.stitchflow.dataset.ImportDatasetExecutor;
import io.stitchflow.memo.StageExecutor;
import io.stitchflow.network.ImportNetworkExecutor;
import io.stitchflow.network.TrainNetworkExecutor;
import io.stitchflow.plan.StageKind;
import io.stitchflow.report.WriteReportExecutor;
import io.stitchflow.representation.CollectRepresentationExecutor;
import io.stitchflow.stitch.CollectCrossMomentsExecutor;
import io.stitchflow.stitch.CollectGramExecutor;
import io.stitchflow.stitch.FitCopyStitchExecutor;
import io.stitchflow.stitch.FitVanillaStitchExecutor;
import io.stitchflow.stitch.SolveCopyStitchExecutor;
import java.util.Map;

/** What computes each kind of stage. */
public final class Executors {
  private Executors() {}

  public static Map<StageKind, StageExecutor> all() {
    return Map.ofEntries(
        Map.entry(StageKind.IMPORT_DATASET, new ImportDatasetExecutor()),
        Map.entry(StageKind.IMPORT_NETWORK, new ImportNetworkExecutor()),
        Map.entry(StageKind.TRAIN_NETWORK, new TrainNetworkExecutor()),
        Map.entry(StageKind.COLLECT_REPRESENTATION, new CollectRepresentationExecutor()),
        Map.entry(StageKind.COLLECT_GRAM, new CollectGramExecutor()),
        Map.entry(StageKind.COLLECT_CROSS_MOMENTS, new CollectCrossMomentsExecutor()),
        Map.entry(StageKind.SOLVE_COPY_STITCH, new SolveCopyStitchExecutor()),
        Map.entry(StageKind.FIT_COPY_STITCH, new FitCopyStitchExecutor()),
        Map.entry(StageKind.FIT_VANILLA_STITCH, new FitVanillaStitchExecutor()),
        Map.entry(StageKind.COMPARE_STITCHES, new CompareStitchesExecutor()),
        Map.entry(StageKind.WRITE_REPORT, new WriteReportExecutor()));
  }
}
