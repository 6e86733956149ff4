package io.stitchflow.stitch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.network.Network;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.torch.Autograd;
import io.stitchflow.torch.Functional;
import io.stitchflow.torch.Lane;
import io.stitchflow.torch.Sgd;
import java.nio.ByteBuffer;
import java.util.List;

/** Steps of training on a network that the test holds in its hands. */
final class Learning {
  private static final int BATCH = 32;

  private Learning() {}

  static void steps(
      Lane lane, Network receiver, FrozenStitch stitch, TensorFile sender, int steps) {
    ByteBuffer rows = Lane.allocate(BATCH * sender.elementsPerRow() * Float.BYTES);
    sender.readFloats(0, BATCH, rows);
    ByteBuffer classes = Lane.allocate(BATCH * Long.BYTES);
    for (int i = 0; i < BATCH; i++) {
      classes.putLong(sender.label(i));
    }
    NDArray x = lane.create(rows, ColumnTrainer.shape(BATCH, sender.shape()));
    NDArray labels = lane.createLongs(classes.flip(), new Shape(BATCH, 1));
    try (Sgd sgd = new Sgd(List.of(stitch.weight()), List.of(stitch.bias()), 0.9, 0)) {
      for (int step = 0; step < steps; step++) {
        Lane.scoped(
            () -> {
              NDArray loss =
                  Autograd.withGradient(
                      () ->
                          Functional.crossEntropy(
                              receiver.suffix(stitch.apply(x), stitch.stitch().to()), labels));
              Autograd.backward(loss);
              sgd.step(0.01);
            });
      }
    }
  }
}
