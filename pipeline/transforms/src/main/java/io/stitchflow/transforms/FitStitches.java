package io.stitchflow.transforms;

import io.stitchflow.stage.Phase;

/**
 * Fits copy and vanilla stitches, a receiver's column at a time. Input and output as in {@link
 * RunPhase}.
 */
public final class FitStitches extends RunPhase {
  private FitStitches(RunSpec run) {
    super(Phase.FIT_STITCHES, run);
  }

  /** The stages of {@code run} in this phase. */
  public static FitStitches of(RunSpec run) {
    return new FitStitches(run);
  }
}
