package io.stitchflow.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import com.google.protobuf.ByteString;
import io.stitchflow.v1.TrainingState;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Training between two epochs, as bytes and back, to the bit. */
public final class TrainingSnapshot {
  private TrainingSnapshot() {}

  /**
   * What a checkpoint keeps.
   *
   * @param loss of each epoch so far
   * @param arrays all that training changes, float32
   */
  public static TrainingState take(List<Double> loss, List<NDArray> arrays) {
    return TrainingState.newBuilder().addAllLoss(loss).addAllArray(bytes(arrays)).build();
  }

  /** The values of each array. */
  static List<ByteString> bytes(List<NDArray> arrays) {
    List<ByteString> bytes = new ArrayList<>();
    for (NDArray array : arrays) {
      try (HostArray values = HostArray.of(array)) {
        bytes.add(ByteString.copyFrom(values.bytes()));
      }
    }
    return bytes;
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
    restore(lane, state.getArrayList(), arrays);
  }

  static void restore(Lane lane, List<ByteString> values, List<NDArray> arrays) {
    for (int i = 0; i < arrays.size(); i++) {
      NDArray array = arrays.get(i);
      ByteBuffer bytes = Lane.allocate(values.get(i).size());
      values.get(i).copyTo(bytes);
      Lane.scoped(() -> array.set(new NDIndex("..."), lane.create(bytes.flip(), array.getShape())));
    }
  }
}
