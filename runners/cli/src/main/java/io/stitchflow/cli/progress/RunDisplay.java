package io.stitchflow.cli.progress;

import io.stitchflow.cli.input.Plans;
import io.stitchflow.cli.text.Terminal;
import io.stitchflow.plan.PlanStatus;
import io.stitchflow.run.RunListener;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageResult;
import java.time.Duration;
import java.util.List;

/**
 * A run's progress and its display, until closed.
 *
 * @param listener what the run tells its events
 */
public record RunDisplay(Progress progress, Ticker ticker, RunListener listener)
    implements AutoCloseable {
  /**
   * Starts the display that suits the terminal.
   *
   * @param lanes groups of stages that run at once
   */
  public static RunDisplay start(PlanStatus survey, int lanes, Terminal terminal) {
    Display display =
        terminal.errIsLive()
            ? new LiveDisplay(terminal.err(), terminal.errSize())
            : new PlainDisplay(terminal.err(), System::nanoTime);
    Progress progress = new Progress(survey, Plans.estimator(survey, lanes), System::nanoTime);
    return new RunDisplay(progress, Ticker.start(progress, display), progress);
  }

  /** Tells events also to {@code other}. */
  public RunDisplay telling(RunListener other) {
    return new RunDisplay(progress, ticker, new BothListeners(listener, other));
  }

  @Override
  public void close() {
    ticker.close();
  }

  private record BothListeners(RunListener first, RunListener second) implements RunListener {
    @Override
    public void started(List<Stage> group, String worker) {
      first.started(group, worker);
      second.started(group, worker);
    }

    @Override
    public void advanced(List<Stage> group, double share) {
      first.advanced(group, share);
      second.advanced(group, share);
    }

    @Override
    public void learned(List<Stage> group, List<Double> losses) {
      first.learned(group, losses);
      second.learned(group, losses);
    }

    @Override
    public void waiting(List<Stage> group, String owner, Duration waited) {
      first.waiting(group, owner, waited);
      second.waiting(group, owner, waited);
    }

    @Override
    public void finished(Stage stage, StageResult result) {
      first.finished(stage, result);
      second.finished(stage, result);
    }

    @Override
    public void flush() {
      first.flush();
      second.flush();
    }
  }
}
