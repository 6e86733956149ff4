package io.stitchflow.acceptance;

import ai.djl.ndarray.NDArray;
import io.stitchflow.objective.Objective;
import io.stitchflow.objective.ObjectiveInputs;
import io.stitchflow.objective.Objectives;

/** An objective of another jar: the mean absolute error to the receiver's representation. */
public final class AbsoluteError implements Objective {
  static final String NAME = "absolute_error";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean readsRepresentation() {
    return true;
  }

  @Override
  public BatchLoss open(ObjectiveInputs inputs) {
    BatchLoss copy = Objectives.get("copy").open(inputs);
    return new BatchLoss() {
      @Override
      public NDArray target(int[] rows, int from, int count) {
        return copy.target(rows, from, count);
      }

      @Override
      public NDArray loss(NDArray stitched, NDArray target) {
        return stitched.sub(target).abs().mean();
      }
    };
  }
}
