package io.stitchflow.cli.progress;

import io.stitchflow.cli.input.Plans;
import io.stitchflow.cli.text.Terminal;
import io.stitchflow.plan.PlanStatus;

/** A run's progress and its display, until closed. */
public record RunDisplay(Progress progress, Ticker ticker) implements AutoCloseable {
  /**
   * Starts the display that suits the terminal.
   *
   * @param lanes groups of stages that run at once
   */
  public static RunDisplay start(PlanStatus survey, int lanes, Terminal terminal) {
    Progress progress = new Progress(survey, Plans.estimator(survey, lanes), System::nanoTime);
    Display display =
        terminal.errIsLive()
            ? new LiveDisplay(terminal.err(), terminal.errSize())
            : new PlainDisplay(terminal.err(), System::nanoTime);
    return new RunDisplay(progress, Ticker.start(progress, display));
  }

  @Override
  public void close() {
    ticker.close();
  }
}
