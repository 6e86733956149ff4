package io.stitchflow.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.network.CutPoint;
import io.stitchflow.network.Network;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.torch.Functional;
import io.stitchflow.torch.Lane;
import java.nio.ByteBuffer;
import java.util.Objects;

/** The task: cross-entropy of the logits that the frozen receiver gives for stitched inputs. */
record TaskObjective() implements Objective {
  @Override
  public String name() {
    return "task";
  }

  @Override
  public boolean readsRepresentation() {
    return false;
  }

  @Override
  public BatchLoss open(ObjectiveInputs inputs) {
    return new ThroughReceiver(
        inputs.lane(),
        Objects.requireNonNull(inputs.receiver(), "receiver"),
        inputs.cut(),
        inputs.labels());
  }

  private record ThroughReceiver(Lane lane, Network receiver, CutPoint cut, TensorFile examples)
      implements BatchLoss {
    @Override
    public NDArray target(int[] rows, int from, int count) {
      ByteBuffer labels = Lane.allocate(count * Long.BYTES);
      for (int i = from; i < from + count; i++) {
        labels.putLong(examples.label(rows[i]));
      }
      return lane.createLongs(labels.flip(), new Shape(count, 1));
    }

    @Override
    public NDArray loss(NDArray stitched, NDArray labels) {
      return Functional.crossEntropy(receiver.suffix(stitched, cut), labels);
    }
  }
}
