package io.stitchflow.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.network.Network;
import io.stitchflow.stitch.FrozenStitch;
import io.stitchflow.stitch.Stitch;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.torch.Functional;
import io.stitchflow.torch.HostArray;
import io.stitchflow.torch.Lane;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** How good a fitted stitch is. */
final class StitchQuality {
  private static final int BATCH = 64;

  private StitchQuality() {}

  /** Share of the examples whose class the receiver names from what the stitch carries over. */
  static double accuracy(Lane lane, Network receiver, Stitch stitch, Path weights, Path sent)
      throws IOException {
    int[] right = {0};
    try (FrozenStitch fitted = FrozenStitch.load(lane, stitch, weights);
        TensorFile x = TensorFile.open(sent)) {
      inBatches(
          lane,
          x,
          (from, batch) -> {
            NDArray logits = receiver.suffix(fitted.apply(batch), stitch.to());
            long[] classes = logits.argMax(1).toLongArray();
            for (int i = 0; i < classes.length; i++) {
              right[0] += classes[i] == x.label(from + i) ? 1 : 0;
            }
          });
      return (double) right[0] / x.rows();
    }
  }

  /** Mean over all elements of the squared difference to what is expected. */
  static double meanSquaredError(Lane lane, Stitch stitch, Path weights, Path sent, Path expected)
      throws IOException {
    double[] sum = {0};
    try (FrozenStitch fitted = FrozenStitch.load(lane, stitch, weights);
        TensorFile x = TensorFile.open(sent);
        TensorFile y = TensorFile.open(expected)) {
      inBatches(
          lane,
          x,
          (from, batch) -> {
            int count = (int) batch.getShape().get(0);
            NDArray wanted = read(lane, y, from, count);
            sum[0] +=
                count * HostArray.number(Functional.meanSquaredError(fitted.apply(batch), wanted));
          });
      return sum[0] / x.rows();
    }
  }

  @FunctionalInterface
  private interface Batches {
    void next(int from, NDArray batch);
  }

  private static void inBatches(Lane lane, TensorFile file, Batches work) {
    for (int from = 0; from < file.rows(); from += BATCH) {
      int first = from;
      int count = Math.min(BATCH, file.rows() - from);
      Lane.scoped(() -> work.next(first, read(lane, file, first, count)));
    }
  }

  private static NDArray read(Lane lane, TensorFile file, int from, int count) {
    ByteBuffer rows = Lane.allocate(count * file.elementsPerRow() * Float.BYTES);
    file.readFloats(from, count, rows);
    List<Integer> shape = file.shape();
    return lane.create(rows, new Shape(count, shape.get(0), shape.get(1), shape.get(2)));
  }
}
