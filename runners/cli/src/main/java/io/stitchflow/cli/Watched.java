package io.stitchflow.cli;

import io.stitchflow.plan.Survey;

/** A run's progress and its display, until closed. */
record Watched(Progress progress, Ticker ticker) implements AutoCloseable {
  /**
   * @param lanes groups of stages that run at once
   */
  static Watched start(Survey survey, int lanes, Terminal terminal) {
    Progress progress = new Progress(survey, Plans.estimator(survey, lanes), System::nanoTime);
    Display display =
        terminal.errIsLive()
            ? new LiveDisplay(terminal.err(), terminal.columns())
            : new PlainDisplay(terminal.err(), System::nanoTime);
    return new Watched(progress, Ticker.start(progress, display));
  }

  @Override
  public void close() {
    ticker.close();
  }
}
