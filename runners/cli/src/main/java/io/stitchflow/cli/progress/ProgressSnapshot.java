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
 * @param failed what was said of each failed stage, the oldest first
 * @param elapsedSeconds since the run began
 * @param secondsLeft an estimate
 */
record ProgressSnapshot(
    List<Kind> kinds,
    List<Running> running,
    Stages stages,
    List<String> failed,
    double elapsedSeconds,
    double secondsLeft) {
  /** Before a run. */
  static final ProgressSnapshot NOTHING =
      new ProgressSnapshot(List.of(), List.of(), new Stages(0, 0, 0, 0), List.of(), 0, 0);

  ProgressSnapshot {
    kinds = List.copyOf(kinds);
    running = List.copyOf(running);
    failed = List.copyOf(failed);
  }

  /**
   * Numbers of stages.
   *
   * @param total of the plan
   * @param cached found in the store before the run
   * @param done those that are over, in any way; the cached too
   * @param kept those whose result is in the store; the cached too
   */
  record Stages(int total, int cached, int done, int kept) {
    int left() {
      return total - done;
    }
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
   * @param note its training loss and its rate, or whom it waits for; empty where none is known
   */
  record Running(String label, double share, String note) {
    @Override
    public String toString() {
      return label + " " + Math.round(Math.floor(share * 100)) + "%" + note;
    }
  }

  /** {@code 12 of 40 stages done, 8 cached; 2 min elapsed, about 3 min left}. */
  String summary() {
    return stages.done()
        + " of "
        + stages.total()
        + " stages done"
        + (stages.cached() > 0 ? ", " + stages.cached() + " cached" : "")
        + "; "
        + Durations.words(elapsedSeconds)
        + " elapsed"
        + (stages.left() > 0 ? ", " + Durations.about(secondsLeft) + " left" : "");
  }

  /** {@code stopped after 4 of 274 stages, all kept; run the same command to go on}. */
  String stopped() {
    String results = stages.kept() == stages.done() ? "all kept" : stages.kept() + " kept";
    return "stopped after "
        + stages.done()
        + " of "
        + stages.total()
        + " stages, "
        + (stages.done() == 0 ? "none kept" : results)
        + "; run the same command to go on";
  }

  /** {@code train a, train b and 2 more}; empty if nothing runs. */
  String runningNow(int most) {
    String named =
        running.stream().limit(most).map(Running::label).collect(Collectors.joining(", "));
    return running.size() <= most ? named : named + " and " + (running.size() - most) + " more";
  }
}
