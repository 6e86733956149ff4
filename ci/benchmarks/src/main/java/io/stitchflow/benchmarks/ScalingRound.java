package io.stitchflow.benchmarks;

import io.stitchflow.run.RunListener;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.v1.Outcome;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageResult;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * All columns of vanilla stitches, run once.
 *
 * @param slots columns that ran at once
 * @param columns how many each worker ran
 * @param wallSeconds from the first column's start to the last one's end
 * @param computedSeconds within stages, summed over all columns
 * @param submitSeconds from the submission of the job to its end
 */
record ScalingRound(
    int slots,
    Map<String, Integer> columns,
    double wallSeconds,
    double computedSeconds,
    double submitSeconds) {
  static final StageDefinition VANILLA = StageDefinition.named("fit_vanilla_stitch");

  ScalingRound {
    columns = Map.copyOf(columns);
  }

  int allColumns() {
    return columns.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** Time of a slot that was not spent within stages, a column. */
  double overheadMillis() {
    return 1000 * (wallSeconds * slots - computedSeconds) / allColumns();
  }

  /** Notes when columns start and end, and where. */
  static final class Observer implements RunListener {
    private static final double NANOS_A_SECOND = 1e9;

    private final Map<String, Integer> columns = new TreeMap<>();
    private final long submittedNanos = System.nanoTime();
    private long startedNanos;
    private long endedNanos;
    private double computedSeconds;

    @Override
    public void started(List<Stage> group, String worker) {
      if (isVanilla(group.get(0))) {
        if (columns.isEmpty()) {
          startedNanos = System.nanoTime();
        }
        columns.merge(worker, 1, Integer::sum);
      }
    }

    @Override
    public void advanced(List<Stage> group, double share) {}

    @Override
    public void finished(Stage stage, StageResult result) {
      if (!isVanilla(stage)) {
        return;
      }
      if (result.getOutcome() != Outcome.RAN) {
        throw new IllegalStateException("a column was not computed, but: " + result);
      }
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
