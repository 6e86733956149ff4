package io.stitchflow.artifacts;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Whether a lease still beats, by this host's clock: clocks of two hosts are never compared. */
final class LeaseWatch {
  private final Duration patience;
  private @Nullable Lease seen;
  private long seenNanos;

  LeaseWatch(Duration patience) {
    this.patience = patience;
  }

  /** Whether this watch has been shown nothing but this very lease for too long. */
  boolean standsStill(Lease there) {
    long now = System.nanoTime();
    if (!there.equals(seen)) {
      seen = there;
      seenNanos = now;
    }
    return now - seenNanos > patience.toNanos();
  }
}
