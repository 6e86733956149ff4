package io.stitchflow.transforms;

import io.stitchflow.plan.StageKind;
import io.stitchflow.v1.StageResult;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PCollection;

/**
 * Fits copy and vanilla stitches, a receiver's column at a time. Input: results of all stages
 * before. Output: the same, and those of its own stages.
 */
public final class FitStitches
    extends PTransform<PCollection<StageResult>, PCollection<StageResult>> {
  private final RunSpec run;

  private FitStitches(RunSpec run) {
    this.run = run;
  }

  /** The stages of {@code run} that this transform is for. */
  public static FitStitches of(RunSpec run) {
    return new FitStitches(run);
  }

  @Override
  public PCollection<StageResult> expand(PCollection<StageResult> before) {
    return before
        .apply("Collect Gram matrices", RunStages.of(StageKind.COLLECT_GRAM, run))
        .apply("Collect cross moments", RunStages.of(StageKind.COLLECT_CROSS_MOMENTS, run))
        .apply("Solve copy", RunStages.of(StageKind.SOLVE_COPY_STITCH, run))
        .apply("Train copy", RunStages.of(StageKind.FIT_COPY_STITCH, run))
        .apply("Train vanilla", RunStages.of(StageKind.FIT_VANILLA_STITCH, run));
  }
}
