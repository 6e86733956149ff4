package io.stitchflow.transforms;

import io.stitchflow.artifacts.StageExecutor;
import io.stitchflow.comparison.CompareStitchesExecutor;
import io.stitchflow.dataset.ImportDatasetExecutor;
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
    return Map.of(
        StageKind.IMPORT_DATASET, new ImportDatasetExecutor(),
        StageKind.TRAIN_NETWORK, new TrainNetworkExecutor(),
        StageKind.COLLECT_REPRESENTATION, new CollectRepresentationExecutor(),
        StageKind.COLLECT_GRAM, new CollectGramExecutor(),
        StageKind.COLLECT_CROSS_MOMENTS, new CollectCrossMomentsExecutor(),
        StageKind.SOLVE_COPY_STITCH, new SolveCopyStitchExecutor(),
        StageKind.FIT_COPY_STITCH, new FitCopyStitchExecutor(),
        StageKind.FIT_VANILLA_STITCH, new FitVanillaStitchExecutor(),
        StageKind.COMPARE_STITCHES, new CompareStitchesExecutor(),
        StageKind.WRITE_REPORT, new WriteReportExecutor());
  }
}
