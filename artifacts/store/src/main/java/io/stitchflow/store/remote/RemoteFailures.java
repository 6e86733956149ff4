package io.stitchflow.store.remote;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What went wrong with a remote store, counted, for people. All failures come by here. */
public final class RemoteFailures {
  private static final int FAILURES_IN_A_ROW = 3;
  static final String NOT_TRIED = "it had failed several times in a row and was not asked";
  private static final long SHORTEST_REST_NANOS = 30_000_000_000L;
  private static final long LONGEST_REST_NANOS = 600_000_000_000L;

  private final String address;
  private final String local;
  private final LongSupplier nanos;
  private int failedLookups;
  private int failedPublishes;
  private int damaged;
  private @Nullable String firstLookUp;
  private @Nullable String firstPublish;
  private @Nullable String firstDamaged;
  private int inARow;
  private boolean rests;
  private long restEnds;
  private long nextRestNanos = SHORTEST_REST_NANOS;

  /**
   * @param local where results are all the same
   * @param nanos a clock, as {@link System#nanoTime}
   */
  public RemoteFailures(String address, String local, LongSupplier nanos) {
    this.address = address;
    this.local = local;
    this.nanos = nanos;
  }

  /** Whether it failed several times in a row, so that asking again is put off for a while. */
  synchronized boolean isResting() {
    return rests && nanos.getAsLong() - restEnds < 0;
  }

  synchronized void worked() {
    inARow = 0;
    rests = false;
    nextRestNanos = SHORTEST_REST_NANOS;
  }

  synchronized void lookUpFailed(IOException e) {
    failedLookups++;
    if (firstLookUp == null) {
      firstLookUp = reason(e);
    }
    failed();
  }

  synchronized void publishFailed(IOException e) {
    failedPublishes++;
    if (firstPublish == null) {
      firstPublish = reason(e);
    }
    failed();
  }

  /** A look-up or a publish that was not tried, since it rests. */
  synchronized void lookUpLeftOut() {
    failedLookups++;
    if (firstLookUp == null) {
      firstLookUp = NOT_TRIED;
    }
  }

  synchronized void publishLeftOut() {
    failedPublishes++;
    if (firstPublish == null) {
      firstPublish = NOT_TRIED;
    }
  }

  synchronized void isDamaged(String name) {
    damaged++;
    if (firstDamaged == null) {
      firstDamaged = name;
    }
  }

  private void failed() {
    inARow++;
    if (inARow >= FAILURES_IN_A_ROW && !isResting()) {
      rests = true;
      restEnds = nanos.getAsLong() + nextRestNanos;
      nextRestNanos = Math.min(2 * nextRestNanos, LONGEST_REST_NANOS);
    }
  }

  /** At most a line a kind of trouble. */
  synchronized List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    if (firstLookUp != null) {
      warnings.add(
          address
              + ": could not be read "
              + times(failedLookups)
              + ", went on without it; first: "
              + firstLookUp);
    }
    if (firstPublish != null) {
      warnings.add(
          address
              + ": could not be written "
              + times(failedPublishes)
              + "; those results are in "
              + local
              + " only; first: "
              + firstPublish);
    }
    if (firstDamaged != null) {
      warnings.add(
          address
              + ": held wrong bytes "
              + times(damaged)
              + ", which are computed again; first: "
              + firstDamaged);
    }
    return warnings;
  }

  private static String times(int count) {
    return count == 1 ? "once" : count + " times";
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }
}
