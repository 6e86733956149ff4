package io.stitchflow.cli.progress;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Shows a run's progress a few times a second until it is closed. */
final class Ticker implements AutoCloseable {
  private static final long PERIOD_MILLIS = 250;

  private final Progress progress;
  private final Display display;
  private final ScheduledExecutorService clock;

  private Ticker(Progress progress, Display display) {
    this.progress = progress;
    this.display = display;
    this.clock =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "progress");
              thread.setDaemon(true);
              return thread;
            });
  }

  static Ticker start(Progress progress, Display display) {
    Ticker ticker = new Ticker(progress, display);
    var unused =
        ticker.clock.scheduleWithFixedDelay(
            () -> display.show(progress.snapshot()), 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    return ticker;
  }

  @Override
  public void close() {
    clock.shutdown();
    try {
      if (!clock.awaitTermination(1, TimeUnit.SECONDS)) {
        return; // the terminal is stuck; two threads must not draw
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    display.end(progress.snapshot());
  }
}
