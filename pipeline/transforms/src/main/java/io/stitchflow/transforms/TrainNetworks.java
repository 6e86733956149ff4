package io.stitchflow.transforms;

import io.stitchflow.plan.StageKind;
import io.stitchflow.v1.StageResult;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PCollection;

/**
 * Imports weights, trains networks, and makes the random ones. Input: results of all stages before.
 * Output: the same, and those of its own stages.
 */
public final class TrainNetworks
    extends PTransform<PCollection<StageResult>, PCollection<StageResult>> {
  private final RunSpec run;

  private TrainNetworks(RunSpec run) {
    this.run = run;
  }

  /** The stages of {@code run} that this transform is for. */
  public static TrainNetworks of(RunSpec run) {
    return new TrainNetworks(run);
  }

  @Override
  public PCollection<StageResult> expand(PCollection<StageResult> before) {
    return before
        .apply("Import", RunStages.of(StageKind.IMPORT_NETWORK, run))
        .apply("Train", RunStages.of(StageKind.TRAIN_NETWORK, run));
  }
}
