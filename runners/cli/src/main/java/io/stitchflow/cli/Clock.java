package io.stitchflow.cli;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** When a command began, and how long ago. */
record Clock(Instant started, long startNanos) {
  static Clock start() {
    return new Clock(Instant.now().truncatedTo(ChronoUnit.SECONDS), System.nanoTime());
  }

  double seconds() {
    return (System.nanoTime() - startNanos) / 1e9;
  }
}
