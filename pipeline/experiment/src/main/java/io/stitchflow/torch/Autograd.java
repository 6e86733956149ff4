package io.stitchflow.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.function.Supplier;

/** Gradients, recorded only where asked for. */
public final class Autograd {
  private Autograd() {}

  /** Runs {@code forward} with recording on; what leads to no trained array is not recorded. */
  public static NDArray withGradient(Supplier<NDArray> forward) {
    JniUtils.setGradMode(true);
    try {
      return forward.get();
    } finally {
      JniUtils.setGradMode(false);
    }
  }

  /** Adds the gradient of a scalar {@code loss} to that of each trained array behind it. */
  public static void backward(NDArray loss) {
    try (NDArray one = loss.onesLike()) {
      JniUtils.backward((PtNDArray) loss, (PtNDArray) one, false, false);
    }
  }

  /** Makes {@code array} a trained one: recording follows it, and backward gives it a gradient. */
  static void track(NDArray array) {
    JniUtils.attachGradient((PtNDArray) array, true);
  }

  static void untrack(NDArray array) {
    JniUtils.attachGradient((PtNDArray) array, false);
  }
}
