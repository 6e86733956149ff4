package io.stitchflow.plan;

import io.stitchflow.stage.StageDefinition;
import io.stitchflow.v1.Stage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Estimates how long stages will take, from their cost and from how long others took. A kind's rate
 * is learned from stages of that kind; as long as there are few, what was seen of other kinds
 * counts too. Safe for any number of threads.
 */
public final class TimeEstimator {
  /** Multiply-accumulates a second of one lane before anything was seen. */
  static final double FIRST_RATE = 8e9;

  /** What is expected of a kind and what was seen of it weigh the same after this many seconds. */
  static final double TRUST_SECONDS = 10;

  /** What runs tells nothing yet before this. */
  private static final double SHORTEST_SECONDS = 1;

  private static final double NANOS_A_SECOND = 1e9;

  private final int lanes;
  private final Map<StageDefinition, Seen> seen = new LinkedHashMap<>();
  private final Map<String, Running> running = new HashMap<>();

  /**
   * @param lanes groups of stages that run at once
   */
  public TimeEstimator(int lanes) {
    if (lanes < 1) {
      throw new IllegalArgumentException("lanes must be at least 1, but was: " + lanes);
    }
    this.lanes = lanes;
  }

  /** Work done and the time that it took. */
  private record Seen(double cost, double seconds) {
    static final Seen NOTHING = new Seen(0, 0);

    Seen plus(Seen other) {
      return new Seen(cost + other.cost, seconds + other.seconds);
    }

    /** The rate, where {@code expected} is believed for {@link #TRUST_SECONDS}. */
    double rate(double expected) {
      return (expected * TRUST_SECONDS + cost) / (TRUST_SECONDS + seconds);
    }
  }

  private record Running(StageDefinition kind, double cost, long sinceNanos, double share) {
    Seen seen(long nowNanos) {
      double seconds = (nowNanos - sinceNanos) / NANOS_A_SECOND;
      return seconds < SHORTEST_SECONDS || share <= 0
          ? Seen.NOTHING
          : new Seen(cost * share, seconds);
    }
  }

  /** A stage has taken so long, now or at any time before. */
  public synchronized void learn(Stage stage, double seconds) {
    if (stage.getCost() > 0 && seconds > 0) {
      seen.merge(StageDefinition.of(stage), new Seen(stage.getCost(), seconds), Seen::plus);
    }
  }

  /** The stages of one group begin. */
  public synchronized void start(List<Stage> group, long nowNanos) {
    Stage first = group.get(0);
    running.put(first.getGroup(), new Running(StageDefinition.of(first), cost(group), nowNanos, 0));
  }

  /** So much of a group's work is done, in [0, 1]. */
  public synchronized void advance(List<Stage> group, double share) {
    running.computeIfPresent(
        group.get(0).getGroup(),
        (name, each) -> new Running(each.kind(), each.cost(), each.sinceNanos(), share));
  }

  /** A group has ended, in any way. */
  public synchronized void end(String group) {
    running.remove(group);
  }

  /** What one stage takes in a lane. */
  public synchronized double seconds(Stage stage) {
    return stage.getCost() / rate(StageDefinition.of(stage), seen);
  }

  /**
   * What is left of these stages takes, kind after kind, as many groups at once as there are lanes.
   */
  public synchronized double secondsLeft(Collection<Stage> left, long nowNanos) {
    Map<StageDefinition, Seen> now = new LinkedHashMap<>(seen);
    running.values().forEach(each -> now.merge(each.kind(), each.seen(nowNanos), Seen::plus));
    Map<StageDefinition, Map<String, List<Stage>>> groups = new LinkedHashMap<>();
    for (Stage stage : left) {
      groups
          .computeIfAbsent(StageDefinition.of(stage), kind -> new HashMap<>())
          .computeIfAbsent(stage.getGroup(), group -> new ArrayList<>())
          .add(stage);
    }
    double seconds = 0;
    for (Map.Entry<StageDefinition, Map<String, List<Stage>>> each : groups.entrySet()) {
      double sum = 0;
      double longest = 0;
      for (Map.Entry<String, List<Stage>> group : each.getValue().entrySet()) {
        Running begun = running.get(group.getKey());
        double cost = cost(group.getValue()) * (begun == null ? 1 : 1 - begun.share());
        sum += cost;
        longest = Math.max(longest, cost);
      }
      seconds += Math.max(sum / lanes, longest) / rate(each.getKey(), now);
    }
    return seconds;
  }

  private static double rate(StageDefinition kind, Map<StageDefinition, Seen> seen) {
    Seen common = Seen.NOTHING;
    for (Map.Entry<StageDefinition, Seen> each : seen.entrySet()) {
      // Costs are those of multiplications in libtorch; what else goes on tells nothing about their
      // speed
      if (each.getKey().usesTorch()) {
        common = common.plus(each.getValue());
      }
    }
    return seen.getOrDefault(kind, Seen.NOTHING).rate(common.rate(FIRST_RATE));
  }

  private static double cost(Collection<Stage> stages) {
    return stages.stream().mapToDouble(Stage::getCost).sum();
  }
}
