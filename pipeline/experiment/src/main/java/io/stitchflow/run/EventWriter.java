package io.stitchflow.run;

import io.stitchflow.v1.GroupAdvanced;
import io.stitchflow.v1.GroupWaiting;
import io.stitchflow.v1.RunEvent;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageResult;
import io.stitchflow.v1.StagesStarted;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Tells of a run by appending to {@link RunFiles}. What cannot be written is left out: results are
 * in the store in any case.
 */
public final class EventWriter implements RunListener {
  private static final long PERIOD_NANOS = 500_000_000L;

  private final String worker;
  private final RunFiles.EventSink sink;
  private final LongSupplier nanos;
  private final Map<String, Long> toldNanos = new HashMap<>();
  private final Map<String, List<Double>> losses = new HashMap<>();

  /**
   * @param worker its name, for people
   * @param nanos a clock, as {@link System#nanoTime}
   */
  public EventWriter(RunFiles run, String worker, LongSupplier nanos) {
    this.worker = worker;
    this.sink = run.newSink();
    this.nanos = nanos;
  }

  @Override
  public void started(List<Stage> group, String where) {
    StagesStarted.Builder started = StagesStarted.newBuilder();
    group.forEach(stage -> started.addStage(stage.getId()));
    append(RunEvent.newBuilder().setStarted(started));
  }

  /** Tells twice a second at most. */
  @Override
  public synchronized void advanced(List<Stage> group, double share) {
    String first = group.get(0).getId();
    long now = nanos.getAsLong();
    Long told = toldNanos.get(first);
    if (told == null || now - told >= PERIOD_NANOS) {
      toldNanos.put(first, now);
      append(
          RunEvent.newBuilder()
              .setAdvanced(
                  GroupAdvanced.newBuilder()
                      .setStage(first)
                      .setShare(share)
                      .addAllLoss(losses.getOrDefault(first, List.of()))));
    }
  }

  /** Tells with how far the group is. */
  @Override
  public synchronized void learned(List<Stage> group, List<Double> ofEach) {
    losses.put(group.get(0).getId(), ofEach);
  }

  @Override
  public void waiting(List<Stage> group, String owner, Duration waited) {
    append(
        RunEvent.newBuilder()
            .setWaiting(
                GroupWaiting.newBuilder()
                    .setStage(group.get(0).getId())
                    .setOwner(owner)
                    .setSeconds(waited.toSeconds())));
  }

  @Override
  public void finished(Stage stage, StageResult result) {
    append(RunEvent.newBuilder().setFinished(result));
  }

  @Override
  public void flush() {
    sink.flush();
  }

  private void append(RunEvent.Builder event) {
    sink.append(EventFrame.encode(event.setWorker(worker).build()));
  }
}
