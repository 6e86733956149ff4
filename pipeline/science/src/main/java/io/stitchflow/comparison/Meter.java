package io.stitchflow.comparison;

import ai.djl.ndarray.NDArray;
import java.util.function.IntUnaryOperator;

/** One metric of one cell on one split, batch by batch. */
public interface Meter extends AutoCloseable {
  /** Adds the next examples. */
  default void add(Batch batch) {}

  /** Whether it measures the train examples once more, after all of them were added. */
  default boolean readsAgain() {
    return false;
  }

  /**
   * Adds the next train examples once more.
   *
   * @param sender the sender's representation
   * @param expected the receiver's own
   * @param labels class by example, counted from this batch's first
   */
  default void addAgain(NDArray sender, NDArray expected, IntUnaryOperator labels) {}

  /** Puts the values of all examples so far; what is undefined is left out. */
  void measure(MeasuredValues.Builder values);

  @Override
  default void close() {}

  /** Examples of one cell; arrays are float32, [examples, channels, ...], valid during the call. */
  final class Batch {
    private final NDArray sender;
    private final NDArray vanilla;
    private final NDArray copy;
    private final ReceiverTargets.Batch receiver;
    private final IntUnaryOperator labels;

    Batch(
        NDArray sender,
        NDArray vanilla,
        NDArray copy,
        ReceiverTargets.Batch receiver,
        IntUnaryOperator labels) {
      this.sender = sender;
      this.vanilla = vanilla;
      this.copy = copy;
      this.receiver = receiver;
      this.labels = labels;
    }

    /** The sender's representation. */
    public NDArray sender() {
      return sender;
    }

    /** The output of the vanilla stitch, in the shape of {@link #expected}. */
    public NDArray vanilla() {
      return vanilla;
    }

    /** The output of the copy stitch, in the shape of {@link #expected}. */
    public NDArray copy() {
      return copy;
    }

    /** The receiver's own representation. */
    public NDArray expected() {
      return receiver.map();
    }

    /** Class by example, counted from this batch's first. */
    public IntUnaryOperator labels() {
      return labels;
    }

    ReceiverTargets.Batch receiver() {
      return receiver;
    }
  }
}
