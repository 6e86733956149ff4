package io.stitchflow.transforms;

import io.stitchflow.plan.StageKind;
import io.stitchflow.v1.StageResult;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PCollection;

/**
 * Compares vanilla and copy stitches. Input: results of all stages before. Output: the same, and
 * those of its own stages.
 */
public final class CompareStitches
    extends PTransform<PCollection<StageResult>, PCollection<StageResult>> {
  private final RunSpec run;

  private CompareStitches(RunSpec run) {
    this.run = run;
  }

  /** The stages of {@code run} that this transform is for. */
  public static CompareStitches of(RunSpec run) {
    return new CompareStitches(run);
  }

  @Override
  public PCollection<StageResult> expand(PCollection<StageResult> before) {
    return before.apply("Compare", RunStages.of(StageKind.COMPARE_STITCHES, run));
  }
}
