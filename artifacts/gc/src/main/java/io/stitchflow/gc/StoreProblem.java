package io.stitchflow.gc;

import java.util.Locale;

/**
 * Something in a store that is not as it should be.
 *
 * @param path below the store
 * @param message what is wrong, and what is done about it
 */
public record StoreProblem(Kind kind, String path, String message) {
  /** What is wrong. */
  public enum Kind {
    /** Its bytes do not hash to its name. */
    DAMAGED_BLOB,
    /** Its frame is broken, or stands under another key's name. */
    DAMAGED_RECORD,
    /** Its bytes do not hash to its name, or are no action. */
    DAMAGED_ACTION,
    /** Blobs or their sizes are not what the record says, and nothing tells how to make them. */
    UNUSABLE_RECORD,
    /** No program of ours puts it there. */
    STRAY,
    /** No damage: the record stands, its blob will be computed again when it is needed. */
    TO_BE_RECOMPUTED,
    /** No damage: the result is good, but its action is lost. */
    UNEXPLAINED;

    /** For people and programs. */
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** Whether repair has something to do. */
    public boolean isDamage() {
      return this != TO_BE_RECOMPUTED && this != UNEXPLAINED;
    }
  }
}
