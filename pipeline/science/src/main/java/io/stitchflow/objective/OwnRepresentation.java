package io.stitchflow.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.representation.Parts;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.torch.Lane;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.LongStream;

/** Batches of the receiver's own representation, which the targets of objectives come from. */
final class OwnRepresentation {
  /** Examples a step of {@link #forEachFitted}. */
  private static final int STEP = 64;

  private final Lane lane;
  private final TensorFile file;
  private ByteBuffer buffer = Lane.allocate(0);

  OwnRepresentation(ObjectiveInputs inputs) {
    this.lane = inputs.lane();
    this.file = Objects.requireNonNull(inputs.representation(), "representation");
  }

  /** The batch {@code [from, from + count)} of these rows; valid until the next is read. */
  NDArray batch(int[] rows, int from, int count) {
    int bytes = Math.multiplyExact(count * Float.BYTES, file.elementsPerRow());
    if (buffer.capacity() < bytes) {
      buffer = Lane.allocate(bytes);
    }
    file.gatherFloats(rows, from, count, buffer);
    long[] shape =
        LongStream.concat(LongStream.of(count), file.shape().stream().mapToLong(Integer::longValue))
            .toArray();
    return lane.create(buffer, new Shape(shape));
  }

  /** Reads the examples that stitches learn from, batch by batch. */
  void forEachFitted(Consumer<NDArray> work) {
    int[] rows = Parts.fit(file.rows());
    for (int from = 0; from < rows.length; from += STEP) {
      int start = from;
      int count = Math.min(STEP, rows.length - from);
      Lane.scoped(() -> work.accept(batch(rows, start, count)));
    }
  }
}
