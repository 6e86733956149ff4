package io.stitchflow.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import com.google.protobuf.ByteString;
import io.stitchflow.v1.TrainingState;
import java.nio.ByteBuffer;
import java.util.List;

/** Training between two epochs, as bytes and back, to the bit. */
public final class Snapshot {
  private Snapshot() {}

  /**
   * What a checkpoint keeps.
   *
   * @param loss of each epoch so far
   * @param arrays all that training changes, float32
   */
  public static TrainingState take(List<Double> loss, List<NDArray> arrays) {
    TrainingState.Builder state = TrainingState.newBuilder().addAllLoss(loss);
    for (NDArray array : arrays) {
      try (Values values = Values.of(array)) {
        state.addArray(ByteString.copyFrom(values.bytes()));
      }
    }
    return state.build();
  }

  /** Whether the state is one of such arrays. */
  public static boolean fits(TrainingState state, List<NDArray> arrays) {
    if (state.getArrayCount() != arrays.size()) {
      return false;
    }
    for (int i = 0; i < arrays.size(); i++) {
      if (state.getArray(i).size() != arrays.get(i).size() * Float.BYTES) {
        return false;
      }
    }
    return true;
  }

  /** Gives the arrays the values that {@link #take} found in them; the state must fit. */
  public static void restore(Lane lane, TrainingState state, List<NDArray> arrays) {
    for (int i = 0; i < arrays.size(); i++) {
      NDArray array = arrays.get(i);
      ByteBuffer bytes = Lane.allocate(state.getArray(i).size());
      state.getArray(i).copyTo(bytes);
      Lane.scoped(() -> array.set(new NDIndex("..."), lane.create(bytes.flip(), array.getShape())));
    }
  }
}
