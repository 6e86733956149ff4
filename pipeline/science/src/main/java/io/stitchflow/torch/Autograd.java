package io.stitchflow.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Gradients, recorded only where asked for. */
public final class Autograd {
  // what this thread's last recorded forward pass convolved, until its backward pass
  private static final ThreadLocal<@Nullable Set<ConvolutionChoice.Choice>> CONVOLUTIONS =
      new ThreadLocal<>();

  private Autograd() {}

  /** Runs {@code forward} with recording on; what leads to no trained array is not recorded. */
  public static NDArray withGradient(Supplier<NDArray> forward) {
    CONVOLUTIONS.set(new HashSet<>());
    JniUtils.setGradMode(true);
    try {
      return forward.get();
    } finally {
      JniUtils.setGradMode(false);
    }
  }

  /** Adds the gradient of a scalar {@code loss} to that of each trained array behind it. */
  public static void backward(NDArray loss) {
    Recording recording = recording();
    try (NDArray one = loss.onesLike()) {
      recording.backward(loss, one, false);
    }
  }

  /** This thread's last recorded forward pass, which it hands over. */
  static Recording recording() {
    Set<ConvolutionChoice.Choice> uses = convolutions().orElse(Set.of());
    CONVOLUTIONS.remove();
    return new Recording(uses);
  }

  /**
   * A recorded forward pass.
   *
   * @param convolutions that its backward pass computes
   */
  record Recording(Set<ConvolutionChoice.Choice> convolutions) {
    /**
     * Adds the gradient of the sum of {@code output} times {@code direction}; can be repeated,
     * since what was recorded is kept.
     */
    void backward(NDArray output, NDArray direction) {
      backward(output, direction, true);
    }

    private void backward(NDArray output, NDArray direction, boolean keep) {
      LaneShutdown.check();
      ConvolutionChoice.run(
          convolutions,
          () -> {
            JniUtils.backward((PtNDArray) output, (PtNDArray) direction, keep, false);
            return output;
          });
    }
  }

  /** Tells of a convolution that the backward pass will go through, if there is one. */
  static void convolved(ConvolutionChoice.Choice use) {
    convolutions().ifPresent(uses -> uses.add(use.backward()));
  }

  private static Optional<Set<ConvolutionChoice.Choice>> convolutions() {
    return Optional.ofNullable(CONVOLUTIONS.get());
  }

  /** Makes {@code array} a trained one: recording follows it, and backward gives it a gradient. */
  static void track(NDArray array) {
    JniUtils.attachGradient((PtNDArray) array, true);
  }

  static void untrack(NDArray array) {
    JniUtils.attachGradient((PtNDArray) array, false);
  }
}
