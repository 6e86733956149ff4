package io.stitchflow.store.remote;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Whether a lease still beats, by this host's clock: clocks of two hosts are never compared. Only a
 * higher beat than any that was seen of an owner counts, so that a server which shows old states in
 * turn does not keep a lease alive.
 */
public final class LeaseWatch {
  /** More than machines that ever wait for one key; a server that invents owners has to end. */
  private static final int MOST_OWNERS = 1_000;

  private final Duration patience;

  /** The highest beat seen, by host and owner. */
  private final Map<Lease, Long> highest = new HashMap<>();

  private long seenNanos = System.nanoTime();

  public LeaseWatch(Duration patience) {
    this.patience = patience;
  }

  /** Whether no owner has beaten for too long. */
  public boolean standsStill(Lease there) {
    long now = System.nanoTime();
    Lease owner = new Lease(there.host(), 0, there.owner());
    Long beats = highest.get(owner);
    if (beats == null ? highest.size() < MOST_OWNERS : there.beats() > beats) {
      highest.put(owner, there.beats());
      seenNanos = now;
    }
    return now - seenNanos > patience.toNanos();
  }
}
