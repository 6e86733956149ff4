package io.stitchflow.torch;

import ai.djl.ndarray.NDArray;
import com.google.protobuf.ByteString;
import io.stitchflow.v1.TrainingState;
import java.util.ArrayList;
import java.util.List;

/**
 * The epoch to keep: what training had found when the loss that decides was lowest, and whether
 * other epochs may still do better. With patience, which is early stopping, that loss is over
 * examples that training does not learn from; without it, stitches add the loss over the examples
 * that they learn from, of their start and their end.
 */
public final class BestEpoch {
  private final int patience;
  private final List<Double> losses = new ArrayList<>();
  private List<ByteString> arrays = List.of();

  /**
   * @param patience epochs to go on without a better one; with 0 training goes on to its end
   */
  public BestEpoch(int patience) {
    this.patience = patience;
  }

  /** Whether the loss after each epoch decides. */
  public boolean watches() {
    return patience > 0;
  }

  /** Whether another epoch is worth it. */
  public boolean goesOn() {
    return !watches() || losses.isEmpty() || losses.size() - 1 - best() < patience;
  }

  /** The losses so far, in order. */
  public List<Double> losses() {
    return List.copyOf(losses);
  }

  /**
   * Adds the loss of what training has found now.
   *
   * @param loss that decides; the lower, the better, a NaN worst
   * @param now what would be kept of it, float32
   */
  public void add(double loss, List<NDArray> now) {
    losses.add(loss);
    if (best() == losses.size() - 1) {
      arrays = TrainingSnapshot.bytes(now);
    }
  }

  /** The first of the lowest. */
  private int best() {
    int best = 0;
    for (int i = 1; i < losses.size(); i++) {
      if (Double.compare(losses.get(i), losses.get(best)) < 0) {
        best = i;
      }
    }
    return best;
  }

  /** The state with the results recorded so far. */
  public TrainingState addTo(TrainingState state) {
    return state.toBuilder().addAllValidation(losses).addAllBest(arrays).build();
  }

  /** Goes on from a state of {@link #addTo}. */
  public void resume(TrainingState state) {
    losses.addAll(state.getValidationList());
    arrays = state.getBestList();
  }

  /** Gives the arrays the values that they had in the best epoch, if one is known. */
  public void restore(Lane lane, List<NDArray> kept) {
    if (!arrays.isEmpty()) {
      TrainingSnapshot.restore(lane, arrays, kept);
    }
  }
}
