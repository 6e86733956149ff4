package io.stitchflow.cli.progress;

import io.stitchflow.cli.text.Durations;
import io.stitchflow.stage.StageDefinition;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How far a run is.
 *
 * @param kinds those with something to do, in the order in which they run
 * @param running groups of stages that run now, the oldest first
 * @param total stages of the plan
 * @param done those that are over, in any way; hits too
 * @param kept those whose result is in the store
 * @param failed what was said of each failed stage, the oldest first
 * @param secondsLeft an estimate
 */
record ProgressSnapshot(
    List<Kind> kinds,
    List<Running> running,
    int total,
    int done,
    int kept,
    List<String> failed,
    double secondsLeft) {
  ProgressSnapshot {
    kinds = List.copyOf(kinds);
    running = List.copyOf(running);
    failed = List.copyOf(failed);
  }

  /**
   * Stages of one kind.
   *
   * @param cached found in the store before the run
   * @param done over, in any way; the cached too
   * @param begun whether any has started
   */
  record Kind(StageDefinition kind, int total, int cached, int done, boolean begun) {
    boolean isOver() {
      return done == total;
    }
  }

  /**
   * A group of stages.
   *
   * @param share of its work that is done
   * @param note whom it waits for; empty where it does not
   */
  record Running(String label, double share, String note) {
    @Override
    public String toString() {
      return label + " " + Math.round(Math.floor(share * 100)) + "%" + note;
    }
  }

  /** {@code 12 of 40 stages done, 28 left, about 3 min}. */
  String summary() {
    String left =
        done == total ? "" : ", " + (total - done) + " left, " + Durations.about(secondsLeft);
    return done + " of " + total + " stages done" + left;
  }

  /** {@code stopped after 4 of 274 stages, all kept; run the same command to go on}. */
  String stopped() {
    String results = kept == done ? "all kept" : kept + " kept";
    return "stopped after "
        + done
        + " of "
        + total
        + " stages, "
        + (done == 0 ? "none kept" : results)
        + "; run the same command to go on";
  }

  /** {@code train a, train b and 2 more}; empty if nothing runs. */
  String runningNow(int most) {
    String named =
        running.stream().limit(most).map(Running::label).collect(Collectors.joining(", "));
    return running.size() <= most ? named : named + " and " + (running.size() - most) + " more";
  }
}
