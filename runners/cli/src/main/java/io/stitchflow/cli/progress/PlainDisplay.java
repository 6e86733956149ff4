package io.stitchflow.cli.progress;

import io.stitchflow.cli.text.Durations;
import io.stitchflow.cli.text.Lines;
import io.stitchflow.stage.StageDefinition;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Lines for logs: when a kind of stage begins and ends, what fails, and in between how far the run
 * is.
 */
final class PlainDisplay implements Display {
  private static final long SILENCE_NANOS = 10_000_000_000L;
  private static final int MOST_RUNNING = 4;

  private final Lines log;
  private final LongSupplier nanos;
  private final Map<StageDefinition, Long> begun = new LinkedHashMap<>();
  private final Map<StageDefinition, Boolean> over = new LinkedHashMap<>();
  private long lastNanos;
  private int failuresTold;

  /**
   * @param nanos a clock, as {@link System#nanoTime}
   */
  PlainDisplay(Lines log, LongSupplier nanos) {
    this.log = log;
    this.nanos = nanos;
    this.lastNanos = nanos.getAsLong();
  }

  @Override
  public void show(ProgressSnapshot snapshot) {
    tellFailures(snapshot);
    for (ProgressSnapshot.Kind each : snapshot.kinds()) {
      tell(each);
    }
    if (nanos.getAsLong() - lastNanos >= SILENCE_NANOS) {
      String running =
          snapshot.running().stream()
              .limit(MOST_RUNNING)
              .map(ProgressSnapshot.Running::toString)
              .collect(Collectors.joining(", "));
      String more =
          snapshot.running().size() > MOST_RUNNING
              ? " and " + (snapshot.running().size() - MOST_RUNNING) + " more"
              : "";
      say(snapshot.summary() + (running.isEmpty() ? "" : "; running: " + running + more));
    }
  }

  @Override
  public void end(ProgressSnapshot snapshot) {
    tellFailures(snapshot);
    snapshot.kinds().forEach(this::tell);
  }

  private void tell(ProgressSnapshot.Kind each) {
    String title = each.kind().plural();
    if (each.begun() && !begun.containsKey(each.kind())) {
      begun.put(each.kind(), nanos.getAsLong());
      say(
          title
              + ": "
              + (each.total() - each.cached())
              + " to run"
              + (each.cached() > 0 ? ", " + each.cached() + " cached" : ""));
    }
    if (each.begun() && each.isOver() && over.put(each.kind(), true) == null) {
      double seconds =
          (nanos.getAsLong() - begun.getOrDefault(each.kind(), nanos.getAsLong())) / 1e9;
      say(title + ": done in " + Durations.words(seconds));
    }
  }

  private void tellFailures(ProgressSnapshot snapshot) {
    for (; failuresTold < snapshot.failed().size(); failuresTold++) {
      say("failed: " + snapshot.failed().get(failuresTold));
    }
  }

  private void say(String line) {
    log.println(line);
    lastNanos = nanos.getAsLong();
  }
}
