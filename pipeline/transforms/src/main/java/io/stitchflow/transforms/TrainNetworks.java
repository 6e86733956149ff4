package io.stitchflow.transforms;

import io.stitchflow.stage.Phase;

/**
 * Imports weights, trains networks and evaluates random ones. Input and output as in {@link
 * RunPhase}.
 */
public final class TrainNetworks extends RunPhase {
  private TrainNetworks(RunSpec run) {
    super(Phase.TRAIN_NETWORKS, run);
  }

  /** The stages of {@code run} in this phase. */
  public static TrainNetworks of(RunSpec run) {
    return new TrainNetworks(run);
  }
}
