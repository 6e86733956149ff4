package io.stitchflow.transforms;

import io.stitchflow.plan.StageKind;
import io.stitchflow.v1.StageResult;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PCollection;

/**
 * Caches representations, all cuts of a network and split in one forward pass. Input: results of
 * all stages before. Output: the same, and those of its own stages.
 */
public final class CollectRepresentations
    extends PTransform<PCollection<StageResult>, PCollection<StageResult>> {
  private final RunSpec run;

  private CollectRepresentations(RunSpec run) {
    this.run = run;
  }

  /** The stages of {@code run} that this transform is for. */
  public static CollectRepresentations of(RunSpec run) {
    return new CollectRepresentations(run);
  }

  @Override
  public PCollection<StageResult> expand(PCollection<StageResult> before) {
    return before.apply("Forward", RunStages.of(StageKind.COLLECT_REPRESENTATION, run));
  }
}
