package io.stitchflow.transforms;

import io.stitchflow.stage.Phase;

/** Compares vanilla and copy stitches. Input and output as in {@link RunPhase}. */
public final class CompareStitches extends RunPhase {
  private CompareStitches(RunSpec run) {
    super(Phase.COMPARE_STITCHES, run);
  }

  /** The stages of {@code run} in this phase. */
  public static CompareStitches of(RunSpec run) {
    return new CompareStitches(run);
  }
}
