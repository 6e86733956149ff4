package io.stitchflow.stitch;

import ai.djl.ndarray.NDArray;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.torch.Functional;
import io.stitchflow.torch.Lane;
import java.nio.ByteBuffer;
import java.util.Objects;

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
    return new ToRepresentation(
        inputs.lane(), Objects.requireNonNull(inputs.representation(), "representation"));
  }

  private static final class ToRepresentation implements BatchLoss {
    private final Lane lane;
    private final TensorFile receiver;
    private ByteBuffer buffer = Lane.allocate(0);

    ToRepresentation(Lane lane, TensorFile receiver) {
      this.lane = lane;
      this.receiver = receiver;
    }

    @Override
    public NDArray target(int[] rows, int from, int count) {
      int bytes = Math.multiplyExact(count * Float.BYTES, receiver.elementsPerRow());
      if (buffer.capacity() < bytes) {
        buffer = Lane.allocate(bytes);
      }
      receiver.gatherFloats(rows, from, count, buffer);
      return lane.create(buffer, ColumnTrainer.shape(count, receiver.shape()));
    }

    @Override
    public NDArray loss(NDArray stitched, NDArray expected) {
      return Functional.meanSquaredError(stitched, expected);
    }
  }
}
