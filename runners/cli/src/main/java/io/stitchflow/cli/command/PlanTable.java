package io.stitchflow.cli.command;

import io.stitchflow.cli.progress.DiskSpace;
import io.stitchflow.cli.progress.RunRecord;
import io.stitchflow.cli.text.Durations;
import io.stitchflow.plan.PlanStatus.StageStatus;
import io.stitchflow.plan.PlanStatus.State;
import io.stitchflow.plan.TimeEstimator;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.v1.Stage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a run would do, as text and as JSON. Times are of one lane; the total is of all. */
final class PlanTable {
  /** With more stages than these, those of a kind and state share a line. */
  private static final int MOST_LINES = 30;

  private final String experiment;
  private final List<StageStatus> stages;
  private final TimeEstimator estimator;

  private final DiskSpace disk;

  private PlanTable(
      String experiment, List<StageStatus> stages, TimeEstimator estimator, DiskSpace disk) {
    this.experiment = experiment;
    this.stages = List.copyOf(stages);
    this.estimator = estimator;
    this.disk = disk;
  }

  static PlanTable of(
      String experiment, List<StageStatus> stages, TimeEstimator estimator, DiskSpace disk) {
    return new PlanTable(experiment, stages, estimator, disk);
  }

  private record Line(State state, String what, double seconds, String reason) {}

  String text() {
    List<Line> lines =
        stages.size() <= MOST_LINES ? stages.stream().map(this::line).toList() : grouped();
    int widest = lines.stream().mapToInt(line -> line.what().length()).max().orElse(0);
    StringBuilder text = new StringBuilder();
    for (Line line : lines) {
      String time = line.state() == State.HIT ? "" : Durations.words(line.seconds());
      text.append(
          String.format(
                  Locale.ROOT,
                  "%-4s  %-" + Math.max(1, widest) + "s  %12s  %s",
                  line.state(),
                  line.what(),
                  time,
                  line.reason())
              .stripTrailing());
      text.append('\n');
    }
    text.append(totals()).append('\n');
    if (count(State.HIT) < stages.size()) {
      text.append(experiment).append(": ").append(disk.words()).append('\n');
    }
    return text.toString();
  }

  private Line line(StageStatus status) {
    return new Line(status.state(), status.stage().getId(), seconds(status), status.reason());
  }

  private List<Line> grouped() {
    Map<StageDefinition, Map<State, List<StageStatus>>> kinds = new LinkedHashMap<>();
    for (StageStatus status : stages) {
      kinds
          .computeIfAbsent(StageDefinition.of(status.stage()), kind -> new LinkedHashMap<>())
          .computeIfAbsent(status.state(), state -> new ArrayList<>())
          .add(status);
    }
    List<Line> lines = new ArrayList<>();
    kinds.forEach(
        (kind, states) -> states.forEach((state, all) -> lines.add(shared(kind, state, all))));
    return lines;
  }

  private Line shared(StageDefinition kind, State state, List<StageStatus> all) {
    double seconds = all.stream().mapToDouble(this::seconds).sum();
    StageStatus first = all.get(0);
    String reason =
        first.reason().isEmpty()
            ? ""
            : all.size() == 1
                ? first.reason()
                : "such as " + first.stage().getId() + ": " + first.reason();
    return new Line(state, all.size() + " " + kind.plural(), seconds, reason);
  }

  private String totals() {
    int left = stages.size() - count(State.HIT);
    String time = left == 0 ? "" : "; " + Durations.about(secondsLeft());
    return String.format(
        Locale.ROOT,
        "%s: %d stages: %d HIT, %d RUN, %d WAIT%s",
        experiment,
        stages.size(),
        count(State.HIT),
        count(State.RUN),
        count(State.WAIT),
        time);
  }

  Map<String, Object> json() {
    List<Object> each = new ArrayList<>();
    for (StageStatus status : stages) {
      Map<String, Object> stage = new LinkedHashMap<>();
      stage.put("id", status.stage().getId());
      stage.put("kind", StageDefinition.of(status.stage()).name());
      stage.put("state", status.state().name());
      stage.put("reason", status.reason());
      stage.put("seconds", RunRecord.rounded(seconds(status)));
      each.add(stage);
    }
    Map<String, Object> totals = new LinkedHashMap<>();
    totals.put("total", stages.size());
    totals.put("hit", count(State.HIT));
    totals.put("run", count(State.RUN));
    totals.put("wait", count(State.WAIT));
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("experiment", experiment);
    json.put("stage", each);
    json.put("stages", totals);
    json.put("seconds", RunRecord.rounded(secondsLeft()));
    json.put("flops", disk.workload().flops());
    json.put("representation_bytes", disk.workload().representationBytes());
    json.put("other_bytes", disk.workload().otherBytes());
    json.put("disk_bytes_left", disk.usableBytes());
    return json;
  }

  private int count(State state) {
    return (int) stages.stream().filter(status -> status.state() == state).count();
  }

  /** Of a hit what it took then, else an estimate. */
  private double seconds(StageStatus status) {
    return status.known() != null
        ? status.known().getResult().getSeconds()
        : estimator.seconds(status.stage());
  }

  private double secondsLeft() {
    List<Stage> left =
        stages.stream()
            .filter(status -> status.state() != State.HIT)
            .map(StageStatus::stage)
            .toList();
    return estimator.secondsLeft(left, 0);
  }
}
