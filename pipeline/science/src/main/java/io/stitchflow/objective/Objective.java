package io.stitchflow.objective;

import ai.djl.ndarray.NDArray;

/**
 * What stitches are trained for: a target of each batch and the loss of stitched representations
 * against it.
 *
 * <p>To add an objective: implement this interface and append it to {@link Objectives}, or name it
 * in {@code META-INF/services/io.stitchflow.objective.Objective}. An implementation needs a public
 * constructor without arguments and no state. {@code ObjectivesTest} runs over all objectives.
 */
public interface Objective {
  /** Its name in experiments and keys, such as {@code task}. */
  String name();

  /** Whether it compares with the receiver's own representation of the same examples. */
  boolean readsRepresentation();

  /** The objective on one set of examples. */
  BatchLoss open(ObjectiveInputs inputs);

  /** The targets and losses of batches; all stitches of a column share the targets. */
  interface BatchLoss {
    /**
     * The target of a batch, valid in the caller's scope.
     *
     * @param rows examples by their rows; the batch is those in {@code [from, from + count)}
     */
    NDArray target(int[] rows, int from, int count);

    /**
     * The mean over the batch, a scalar through which gradients flow to {@code stitched}.
     *
     * @param stitched what a stitch makes of the sender's representations, [count, ...]
     */
    NDArray loss(NDArray stitched, NDArray target);
  }
}
