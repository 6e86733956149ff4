package io.stitchflow.cli;

/** Shows a run's progress. Called by one thread at a time. */
interface Display {
  /** Several times a second at most. */
  void show(Snapshot snapshot);

  /** Once, after the last stage. */
  void end(Snapshot snapshot);
}
