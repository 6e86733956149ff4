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
  private static final ThreadLocal<@Nullable Set<ConvolutionChoice.Use>> CONVOLUTIONS =
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
    LaneShutdown.check();
    Set<ConvolutionChoice.Use> uses = convolutions().orElse(Set.of());
    CONVOLUTIONS.remove();
    try (NDArray one = loss.onesLike()) {
      ConvolutionChoice.run(
          uses,
          () -> {
            JniUtils.backward((PtNDArray) loss, (PtNDArray) one, false, false);
            return loss;
          });
    }
  }

  /** Tells of a convolution that the backward pass will go through, if there is one. */
  static void convolved(ConvolutionChoice.Use use) {
    convolutions().ifPresent(uses -> uses.add(use.backward()));
  }

  private static Optional<Set<ConvolutionChoice.Use>> convolutions() {
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
