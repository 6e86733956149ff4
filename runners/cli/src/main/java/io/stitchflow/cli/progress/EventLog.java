package io.stitchflow.cli.progress;

import io.stitchflow.cli.input.InputException;
import io.stitchflow.cli.text.Lines;
import io.stitchflow.content.IoReason;
import io.stitchflow.plan.PlanStatus;
import io.stitchflow.run.RunListener;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageResult;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes the events of a run as lines of JSON. Each is an object with {@code time}, in UTC, and one
 * of: {@code run}, {@code started}, {@code advanced}, {@code waiting}, {@code finished}, {@code
 * ended}. Stages are described as in {@code run.json}, the end as by {@code --json}.
 */
public final class EventLog implements RunListener, AutoCloseable {
  private static final Duration PERIOD = Duration.ofMillis(500);

  private final String place;
  private final @Nullable Lines events;
  private final @Nullable FileOutputStream file;
  private final Lines err;
  private final Supplier<Instant> clock;
  private final Map<String, Instant> advanced = new HashMap<>();
  private final Map<String, List<Double>> losses = new HashMap<>();

  EventLog(
      String place,
      @Nullable Lines events,
      @Nullable FileOutputStream file,
      Lines err,
      Supplier<Instant> clock) {
    this.place = place;
    this.events = events;
    this.file = file;
    this.err = err;
    this.clock = clock;
  }

  /** Writes nothing. */
  public static EventLog none(Lines err) {
    return new EventLog("", null, null, err, Instant::now);
  }

  public static EventLog to(Lines out, Lines err) {
    return new EventLog("standard output", out, null, err, Instant::now);
  }

  /**
   * Replaces the file.
   *
   * @throws InputException if it cannot be written
   */
  public static EventLog to(Path path, Lines err) throws InputException {
    try {
      FileOutputStream file = new FileOutputStream(path.toFile());
      return new EventLog(path.toString(), new Lines(file), file, err, Instant::now);
    } catch (IOException e) {
      throw new InputException(
          "--events: " + path + " cannot be written (" + IoReason.of(e) + "); choose another file");
    }
  }

  /** The run begins: what it is of, and the stages that are in the store already. */
  public void begin(String experiment, PlanStatus survey) {
    if (events == null) {
      return;
    }
    Map<String, Object> run = new LinkedHashMap<>();
    run.put("experiment", experiment);
    run.put("stages", survey.stages().size());
    run.put("cached", survey.known().size());
    write("run", run);
    for (PlanStatus.StageStatus each : survey.stages()) {
      StageResult known = each.known();
      if (known != null) {
        finished(each.stage(), known);
      }
    }
  }

  @Override
  public void started(List<Stage> group, String worker) {
    Map<String, Object> started = new LinkedHashMap<>();
    started.put("stage", group.stream().map(Stage::getId).toList());
    if (!worker.isEmpty()) {
      started.put("worker", worker);
    }
    write("started", started);
  }

  /** At most twice a second for each group. */
  @Override
  public synchronized void advanced(List<Stage> group, double share) {
    String first = group.get(0).getId();
    Instant now = clock.get();
    @Nullable Instant last = advanced.get(first);
    if (last == null || !now.isBefore(last.plus(PERIOD))) {
      advanced.put(first, now);
      Map<String, Object> values = new LinkedHashMap<>();
      values.put("stage", first);
      values.put("share", RunRecord.rounded(share));
      List<Double> ofEach = losses.getOrDefault(first, List.of());
      if (!ofEach.isEmpty()) {
        values.put("loss", ofEach);
      }
      write("advanced", values);
    }
  }

  /** Written with the next {@code advanced}. */
  @Override
  public synchronized void learned(List<Stage> group, List<Double> ofEach) {
    losses.put(group.get(0).getId(), ofEach);
  }

  @Override
  public void waiting(List<Stage> group, String owner, Duration waited) {
    Map<String, Object> waiting = new LinkedHashMap<>();
    waiting.put("stage", group.get(0).getId());
    waiting.put("owner", owner);
    waiting.put("seconds", waited.toSeconds());
    write("waiting", waiting);
  }

  @Override
  public void finished(Stage stage, StageResult result) {
    if (events != null) {
      write("finished", RunRecord.described(stage, result));
    }
  }

  /**
   * The report is written.
   *
   * @param summary as {@code --json} prints it
   */
  void ended(Map<String, Object> summary, int exitCode) {
    Map<String, Object> ended = new LinkedHashMap<>(summary);
    ended.put("exit_code", exitCode);
    write("ended", ended);
  }

  private void write(String name, Map<String, Object> values) {
    if (events == null) {
      return;
    }
    Map<String, Object> event = new LinkedHashMap<>();
    event.put("time", clock.get().toString());
    event.put(name, values);
    events.json(event);
  }

  /** Warns if an event could not be written: the run has its results all the same. */
  @Override
  public void close() {
    if (events == null || file == null) {
      return; // the command reports standard output
    }
    @Nullable IOException failure = events.failure();
    try (file) {
      file.flush();
    } catch (IOException e) {
      failure = failure == null ? e : failure;
    }
    if (failure != null) {
      err.println(
          "stitchflow: warning: "
              + place
              + " does not have all events, since it cannot be written: "
              + IoReason.of(failure));
    }
  }
}
