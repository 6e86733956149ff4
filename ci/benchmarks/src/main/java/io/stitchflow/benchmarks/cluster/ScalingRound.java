package io.stitchflow.benchmarks.cluster;

import io.stitchflow.run.RunListener;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.v1.Outcome;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageResult;
import java.util.List;

/**
 * All columns of vanilla stitches, run once.
 *
 * @param slots columns that ran at once
 * @param columns how many were computed
 * @param wallSeconds from the first column's start to the last one's end
 * @param computedSeconds within stages, summed over all columns
 * @param submitSeconds from the submission of the job to its end
 */
record ScalingRound(
    int slots, int columns, double wallSeconds, double computedSeconds, double submitSeconds) {
  static final StageDefinition VANILLA = StageDefinition.named("fit_vanilla_stitch");

  /** Time of a slot that was not spent within stages, a column. */
  double overheadMillis() {
    return 1000 * (wallSeconds * slots - computedSeconds) / columns;
  }

  /** Notes when columns start and end, and where. */
  static final class Observer implements RunListener {
    private static final double NANOS_A_SECOND = 1e9;

    private final long submittedNanos = System.nanoTime();
    private int columns;
    private long startedNanos;
    private long endedNanos;
    private double computedSeconds;

    @Override
    public void started(List<Stage> group, String worker) {
      if (isVanilla(group.get(0)) && startedNanos == 0) {
        startedNanos = System.nanoTime();
      }
    }

    @Override
    public void advanced(List<Stage> group, double share) {}

    @Override
    public void finished(Stage stage, StageResult result) {
      // A slot finds what another one computed for it in the store
      if (!isVanilla(stage) || result.getOutcome() == Outcome.HIT) {
        return;
      }
      if (result.getOutcome() != Outcome.RAN) {
        throw new IllegalStateException("a column was not computed, but: " + result);
      }
      columns++;
      endedNanos = System.nanoTime();
      computedSeconds += result.getResult().getSeconds();
    }

    private static boolean isVanilla(Stage stage) {
      return StageDefinition.of(stage) == VANILLA;
    }

    /** The job has ended: what it took on so many slots. */
    ScalingRound round(int slots) {
      return new ScalingRound(
          slots,
          columns,
          (endedNanos - startedNanos) / NANOS_A_SECOND,
          computedSeconds,
          (System.nanoTime() - submittedNanos) / NANOS_A_SECOND);
    }
  }
}
