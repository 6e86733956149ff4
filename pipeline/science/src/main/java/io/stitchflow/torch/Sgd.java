package io.stitchflow.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.List;

/**
 * Stochastic gradient descent with momentum: v := momentum v + rate (gradient + decay w), w := w -
 * v. The rate is inside the velocity, as in Sutskever et al. 2013, so that a change of rate does
 * not rescale what has been gathered.
 *
 * <p>Its arrays are trained from here until it is closed.
 */
public final class Sgd implements GradientOptimizer {
  private static final float NO_RESCALING = 1;
  private static final float NO_CLIPPING = -1;

  private final List<NDArray> decayed;
  private final List<NDArray> plain;
  private final List<NDArray> velocities = new ArrayList<>();
  private final float momentum;
  private final float decay;

  /**
   * @param decayed arrays to which weight decay applies
   * @param plain the other trained arrays
   */
  public Sgd(List<NDArray> decayed, List<NDArray> plain, double momentum, double decay) {
    this.decayed = List.copyOf(decayed);
    this.plain = List.copyOf(plain);
    this.momentum = (float) momentum;
    this.decay = (float) decay;
    for (NDArray array : trained()) {
      Autograd.track(array);
      velocities.add(Lane.keep(array.zerosLike()));
    }
  }

  @Override
  public void step(double rate) {
    int i = 0;
    for (NDArray array : decayed) {
      move(array, velocities.get(i++), (float) rate, decay);
    }
    for (NDArray array : plain) {
      move(array, velocities.get(i++), (float) rate, 0);
    }
  }

  private void move(NDArray array, NDArray velocity, float rate, float decay) {
    GradientOptimizer.withGradient(
        array,
        gradient ->
            JniUtils.sgdUpdate(
                (PtNDArray) array,
                gradient,
                (PtNDArray) velocity,
                rate,
                decay,
                NO_RESCALING,
                NO_CLIPPING,
                momentum));
  }

  private List<NDArray> trained() {
    List<NDArray> all = new ArrayList<>(decayed);
    all.addAll(plain);
    return all;
  }

  /** The velocities. */
  @Override
  public List<NDArray> gathered() {
    return List.copyOf(velocities);
  }

  @Override
  public void resume(int steps) {}

  @Override
  public void close() {
    velocities.forEach(NDArray::close);
    trained().forEach(Autograd::untrack);
  }
}
