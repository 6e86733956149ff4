package io.stitchflow.transforms;

import io.stitchflow.stage.Phase;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.v1.StageResult;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PCollection;

/**
 * Runs the missing stages of one phase, kind after kind in the order of the registry. Input:
 * results of all stages before, bounded. Output: the same, and one result for each stage that ran.
 */
abstract class RunPhase extends PTransform<PCollection<StageResult>, PCollection<StageResult>> {
  private final Phase phase;
  private final RunSpec run;

  RunPhase(Phase phase, RunSpec run) {
    this.phase = phase;
    this.run = run;
  }

  final Phase phase() {
    return phase;
  }

  @Override
  public final PCollection<StageResult> expand(PCollection<StageResult> before) {
    PCollection<StageResult> results = before;
    for (StageDefinition stage : StageDefinition.all()) {
      if (stage.phase() == phase) {
        results = results.apply(stage.name(), RunStages.of(stage, run));
      }
    }
    return results;
  }
}
