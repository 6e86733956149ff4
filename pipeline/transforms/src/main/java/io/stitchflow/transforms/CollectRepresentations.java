package io.stitchflow.transforms;

import io.stitchflow.stage.Phase;

/**
 * Caches representations; one forward pass computes all cuts of a network and split. Input and
 * output as in {@link RunPhase}.
 */
public final class CollectRepresentations extends RunPhase {
  private CollectRepresentations(RunSpec run) {
    super(Phase.COLLECT_REPRESENTATIONS, run);
  }

  /** The stages of {@code run} in this phase. */
  public static CollectRepresentations of(RunSpec run) {
    return new CollectRepresentations(run);
  }
}
