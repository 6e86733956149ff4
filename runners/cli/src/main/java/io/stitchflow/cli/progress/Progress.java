package io.stitchflow.cli.progress;

import io.stitchflow.cli.text.Durations;
import io.stitchflow.plan.PlanStatus;
import io.stitchflow.plan.PlanStatus.StageStatus;
import io.stitchflow.plan.TimeEstimator;
import io.stitchflow.run.RunListener;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.v1.Outcome;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;

/** Listens to a run and knows how far it is. */
final class Progress implements RunListener {
  /** A rate over less time says little. */
  private static final double SHORTEST_SECONDS = 1;

  private final TimeEstimator estimator;
  private final LongSupplier nanos;
  private final int total;
  private final Map<StageDefinition, Counts> kinds = new LinkedHashMap<>();
  private final Map<String, Stage> left = new LinkedHashMap<>();
  private final Map<String, Integer> leftInGroup = new LinkedHashMap<>();
  private final Map<String, ProgressSnapshot.Running> running = new LinkedHashMap<>();
  private final List<String> failed = new ArrayList<>();
  private final Map<String, Pace> paces = new HashMap<>();
  private final Map<String, String> losses = new HashMap<>();
  private final long startNanos;
  private final int cached;
  private int kept;

  /** When a group first said how far it is, which after a checkpoint is not at the start. */
  private record Pace(long sinceNanos, double sinceShare) {
    /** The rate of a group that has come to {@code share}, for people; empty if not known yet. */
    String words(List<Stage> group, double share, long nowNanos) {
      double seconds = (nowNanos - sinceNanos) / 1e9;
      double examples = (share - sinceShare) * group.stream().mapToDouble(Stage::getExamples).sum();
      return seconds < SHORTEST_SECONDS || examples <= 0
          ? ""
          : String.format(Locale.ROOT, ", %,.0f examples/s", examples / seconds);
    }
  }

  private static final class Counts {
    private int total;
    private int cached;
    private int done;
    private boolean begun;
  }

  /**
   * A run that is about to do what {@code survey} misses.
   *
   * @param nanos a clock, as {@link System#nanoTime}
   */
  Progress(PlanStatus survey, TimeEstimator estimator, LongSupplier nanos) {
    this.estimator = estimator;
    this.nanos = nanos;
    this.startNanos = nanos.getAsLong();
    this.total = survey.stages().size();
    for (StageStatus status : survey.stages()) {
      Stage stage = status.stage();
      Counts counts = kinds.computeIfAbsent(StageDefinition.of(stage), kind -> new Counts());
      counts.total++;
      if (status.state() == PlanStatus.State.HIT) {
        counts.cached++;
        counts.done++;
        kept++;
      } else {
        left.put(stage.getId(), stage);
        leftInGroup.merge(stage.getGroup(), 1, Integer::sum);
      }
    }
    this.cached = kept;
  }

  @Override
  public synchronized void started(List<Stage> group, String worker) {
    Stage first = group.get(0);
    estimator.start(group, nanos.getAsLong());
    counts(first).begun = true;
    running.put(
        first.getGroup(),
        new ProgressSnapshot.Running(
            label(group) + (worker.isEmpty() ? "" : " on " + worker), 0, ""));
  }

  @Override
  public synchronized void advanced(List<Stage> group, double share) {
    estimator.advance(group, share);
    long now = nanos.getAsLong();
    running.computeIfPresent(
        group.get(0).getGroup(),
        (name, each) -> {
          Pace pace = paces.computeIfAbsent(name, first -> new Pace(now, share));
          return new ProgressSnapshot.Running(
              each.label(), share, losses.getOrDefault(name, "") + pace.words(group, share, now));
        });
  }

  /** Shown when the group next tells how far it is. */
  @Override
  public synchronized void learned(List<Stage> group, List<Double> ofEach) {
    DoubleSummaryStatistics range =
        ofEach.stream().mapToDouble(Double::doubleValue).summaryStatistics();
    losses.put(
        group.get(0).getGroup(),
        String.format(Locale.ROOT, ", loss %.4g", range.getMin())
            + (ofEach.size() > 1 ? String.format(Locale.ROOT, " to %.4g", range.getMax()) : ""));
  }

  @Override
  public synchronized void waiting(List<Stage> group, String owner, Duration waited) {
    String note = ", waits " + Durations.words((double) waited.toSeconds()) + " for " + owner;
    running.computeIfPresent(
        group.get(0).getGroup(),
        (name, each) -> new ProgressSnapshot.Running(each.label(), each.share(), note));
  }

  @Override
  public synchronized void finished(Stage stage, StageResult result) {
    if (left.remove(stage.getId()) == null) {
      return; // a worker that was restarted tells twice
    }
    counts(stage).begun = true;
    counts(stage).done++;
    if (result.hasResult() && result.getMessage().isEmpty()) {
      kept++;
    }
    if (result.getOutcome() == Outcome.RAN) {
      estimator.learn(stage, result.getResult().getSeconds());
    } else if (result.getOutcome() == Outcome.FAILED) {
      failed.add(stage.getId() + ": " + result.getMessage());
    }
    if (leftInGroup.merge(stage.getGroup(), -1, Integer::sum) == 0) {
      estimator.end(stage.getGroup());
      running.remove(stage.getGroup());
      paces.remove(stage.getGroup());
      losses.remove(stage.getGroup());
    }
  }

  synchronized ProgressSnapshot snapshot() {
    List<ProgressSnapshot.Kind> busy = new ArrayList<>();
    kinds.forEach(
        (kind, counts) -> {
          if (counts.cached < counts.total) {
            busy.add(
                new ProgressSnapshot.Kind(
                    kind, counts.total, counts.cached, counts.done, counts.begun));
          }
        });
    long now = nanos.getAsLong();
    return new ProgressSnapshot(
        busy,
        List.copyOf(running.values()),
        new ProgressSnapshot.Stages(total, cached, total - left.size(), kept),
        failed,
        (now - startNanos) / 1e9,
        estimator.secondsLeft(left.values(), now));
  }

  private Counts counts(Stage stage) {
    Counts counts = kinds.get(StageDefinition.of(stage));
    if (counts == null) {
      throw new IllegalArgumentException("stage '" + stage.getId() + "' is not in the plan");
    }
    return counts;
  }

  private static String label(List<Stage> group) {
    return group.size() == 1
        ? group.get(0).getId()
        : group.get(0).getGroup() + " (" + group.size() + " stages)";
  }
}
