package io.stitchflow.gc;

import io.stitchflow.v1.Action;

/** Says which results may be evicted from a store that is too large. */
@FunctionalInterface
public interface EvictionPolicy {
  Eviction of(Action action);
}
