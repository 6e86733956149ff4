package io.stitchflow.torch;

import ai.djl.ndarray.NDArray;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * A recorded forward pass that is differentiated with respect to its input, as often as needed:
 * vector-Jacobian products. The input is a trained array until this is closed.
 */
public final class InputGradients implements AutoCloseable {
  private final NDArray x;
  private final NDArray output;
  private final Autograd.Recording recording;

  /** Computes and records {@code forward} of {@code x}. */
  public InputGradients(NDArray x, UnaryOperator<NDArray> forward) {
    this.x = x;
    Autograd.track(x);
    this.output = Autograd.withGradient(() -> forward.apply(x));
    this.recording = Autograd.recording();
  }

  /** What {@code forward} returned. */
  public NDArray output() {
    return output;
  }

  /**
   * Computes the gradient of the sum of all elements of {@code output} times {@code direction}.
   *
   * @param direction in the shape of the output
   * @param gradient receives it, in the shape of the input; valid during the call
   */
  public void of(NDArray direction, Consumer<NDArray> gradient) {
    recording.backward(output, direction);
    GradientOptimizer.withGradient(x, gradient::accept);
  }

  @Override
  public void close() {
    Autograd.untrack(x);
  }
}
