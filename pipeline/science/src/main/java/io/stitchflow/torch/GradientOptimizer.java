package io.stitchflow.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.stitchflow.v1.Optimizer;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How arrays move against their gradients. They are trained from its making until it is closed;
 * then they stay, and what it has gathered is freed.
 */
public interface GradientOptimizer extends AutoCloseable {
  /**
   * The descent of this name.
   *
   * @param decayed arrays to which weight decay applies
   * @param plain the other trained arrays
   * @param momentum of {@link Sgd}, or beta1 of {@link Adam}
   * @throws IllegalArgumentException if there is no such optimizer
   */
  static GradientOptimizer of(
      Optimizer optimizer,
      List<NDArray> decayed,
      List<NDArray> plain,
      double momentum,
      double decay) {
    return switch (optimizer) {
      case OPTIMIZER_UNSPECIFIED, MOMENTUM -> new Sgd(decayed, plain, momentum, decay);
      case ADAM -> new Adam(decayed, plain, momentum, decay);
      case UNRECOGNIZED -> throw new IllegalArgumentException("no such optimizer: " + optimizer);
    };
  }

  /** Moves every array against the gradient that it has gathered, and clears the gradient. */
  void step(double rate);

  /** What it has gathered over the steps, in a fixed order. */
  List<NDArray> gathered();

  /** Goes on after {@code steps} steps, whose {@link #gathered} has been restored. */
  void resume(int steps);

  @Override
  void close();

  /** Lets {@code move} read the gradient of a trained array, then clears it. */
  static void withGradient(NDArray array, Consumer<PtNDArray> move) {
    try (@Nullable PtNDArray gradient = JniUtils.getGradient((PtNDArray) array)) {
      if (gradient == null) {
        throw new IllegalStateException("no gradient has reached the array " + array.getShape());
      }
      move.accept(gradient);
      JniUtils.zeroGrad((PtNDArray) array);
    }
  }
}
