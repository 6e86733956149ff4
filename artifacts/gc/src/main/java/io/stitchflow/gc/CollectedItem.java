package io.stitchflow.gc;

import java.util.Locale;

/**
 * A file that a collection takes or leaves, and why.
 *
 * @param path below the store, such as {@code ac/ab/abcd…}
 * @param sizeBytes what it takes on the disk
 * @param seconds what computing it took; of several files of one record that go, the first has it
 */
public record CollectedItem(Kind kind, String path, long sizeBytes, double seconds, Reason reason) {
  CollectedItem staying(Reason why) {
    return new CollectedItem(kind, path, sizeBytes, seconds, why);
  }

  /** What a file is. */
  public enum Kind {
    RECORD,
    ACTION,
    BLOB,
    /** A record of another result of the same action. */
    NONDETERMINISM,
    TEMPORARY,
    LEASE,
    QUARANTINE,
    /** How far a stage had come when its process died. */
    CHECKPOINT,
    /** An earlier collection, which can then no longer be undone. */
    TRASH;

    /** For people and programs. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Why it stays or goes. */
  public enum Reason {
    /** Stays: a pin keeps it, or what a pin keeps was computed from it. */
    PINNED,
    /** Stays: a recent run had it as a result, or computed a result from it. */
    RECENT_RUN,
    /** Stays: it is being computed, or read for what is being computed. */
    LEASE,
    /** Stays: it, or what was computed from it, is younger than what is collected. */
    YOUNG,
    /** Goes: nothing keeps it. */
    UNREACHED,
    /** Goes: it can be computed again, and the store is too large. Its record stays. */
    OVER_SIZE,
    /** Goes: left behind by a process that is gone. */
    LEFTOVER;

    /** For people and programs. */
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }
}
