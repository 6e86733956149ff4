package io.stitchflow.transforms;

import io.stitchflow.stage.Phase;

/** Writes the report. Input and output as in {@link RunPhase}. */
public final class WriteReport extends RunPhase {
  private WriteReport(RunSpec run) {
    super(Phase.WRITE_REPORT, run);
  }

  /** The stages of {@code run} in this phase. */
  public static WriteReport of(RunSpec run) {
    return new WriteReport(run);
  }
}
