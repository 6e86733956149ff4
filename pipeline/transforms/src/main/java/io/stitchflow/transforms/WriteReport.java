package io.stitchflow.transforms;

import io.stitchflow.plan.StageKind;
import io.stitchflow.v1.StageResult;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PCollection;

/**
 * Writes the report. Input: results of all stages before. Output: the same, and those of its own
 * stages.
 */
public final class WriteReport
    extends PTransform<PCollection<StageResult>, PCollection<StageResult>> {
  private final RunSpec run;

  private WriteReport(RunSpec run) {
    this.run = run;
  }

  /** The stages of {@code run} that this transform is for. */
  public static WriteReport of(RunSpec run) {
    return new WriteReport(run);
  }

  @Override
  public PCollection<StageResult> expand(PCollection<StageResult> before) {
    return before.apply("Write", RunStages.of(StageKind.WRITE_REPORT, run));
  }
}
