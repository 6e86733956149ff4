package io.stitchflow.memo;

import io.stitchflow.content.Digest;
import java.time.Duration;
import java.util.List;

/** Told what becomes of a call of {@link Memo}, in the thread that called. */
@FunctionalInterface
public interface MemoListener {
  /** The share of the work that is done, in [0, 1]; not told at all if everything hits. */
  void advanced(double share);

  /**
   * An epoch of training has ended.
   *
   * @param losses of each action that trains, the mean over its last epoch
   */
  default void learned(List<Double> losses) {}

  /**
   * Somebody else computes an action that is asked for; told about once a second until they end.
   *
   * @param owner who, for people
   * @param waited since when this call waits for them
   */
  default void waiting(Digest key, String owner, Duration waited) {}
}
