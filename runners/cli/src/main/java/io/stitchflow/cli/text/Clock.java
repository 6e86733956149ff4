package io.stitchflow.cli.text;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** When a command began, and how long ago. */
public record Clock(Instant started, long startNanos) {
  public static Clock start() {
    return new Clock(Instant.now().truncatedTo(ChronoUnit.SECONDS), System.nanoTime());
  }

  public double seconds() {
    return (System.nanoTime() - startNanos) / 1e9;
  }
}
