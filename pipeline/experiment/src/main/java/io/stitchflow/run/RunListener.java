package io.stitchflow.run;

import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageResult;
import java.time.Duration;
import java.util.List;

/** Told what a run does, from any thread. */
public interface RunListener {
  /**
   * Stages of one group begin, in one lane.
   *
   * @param worker which one's; empty in this process
   */
  void started(List<Stage> group, String worker);

  /** The share of the group's work that is done, in [0, 1]. */
  void advanced(List<Stage> group, double share);

  /**
   * An epoch of training has ended in a group.
   *
   * @param losses of each stage that trains, the mean over its last epoch
   */
  default void learned(List<Stage> group, List<Double> losses) {}

  /**
   * The group waits for somebody who computes one of its stages; told about once a second.
   *
   * @param owner who that is, for people
   * @param waited since when
   */
  default void waiting(List<Stage> group, String owner, Duration waited) {}

  /** A stage has ended, in any way. */
  void finished(Stage stage, StageResult result);

  /** Waits until all events so far are delivered or have failed. */
  default void flush() {}
}
