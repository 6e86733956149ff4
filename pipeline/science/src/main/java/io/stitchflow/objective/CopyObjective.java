package io.stitchflow.objective;

import ai.djl.ndarray.NDArray;
import io.stitchflow.torch.Functional;

/**
 * Copying: mean squared error to the receiver's own representation. {@link CopySolution} is its
 * closed form.
 */
record CopyObjective() implements Objective {
  @Override
  public String name() {
    return "copy";
  }

  @Override
  public boolean readsRepresentation() {
    return true;
  }

  @Override
  public BatchLoss open(ObjectiveInputs inputs) {
    return new ToRepresentation(new OwnRepresentation(inputs));
  }

  private record ToRepresentation(OwnRepresentation own) implements BatchLoss {
    @Override
    public NDArray target(int[] rows, int from, int count) {
      return own.batch(rows, from, count);
    }

    @Override
    public NDArray loss(NDArray stitched, NDArray expected) {
      return Functional.meanSquaredError(stitched, expected);
    }
  }
}
