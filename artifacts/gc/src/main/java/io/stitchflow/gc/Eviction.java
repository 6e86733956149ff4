package io.stitchflow.gc;

/** When the outputs of a stage may be evicted from a store that is too large. */
public enum Eviction {
  /** Before all others: large, and cheap to compute again. */
  FIRST,
  /** In the order of the time to compute them again per byte. */
  BY_COST,
  /** Never: they are what the user asked for. */
  NEVER
}
