package io.stitchflow.cli.progress;

/** Shows a run's progress. Called by one thread at a time. */
interface Display {
  /** Several times a second at most. */
  void show(ProgressSnapshot snapshot);

  /** Once, after the last stage. */
  void end(ProgressSnapshot snapshot);
}
