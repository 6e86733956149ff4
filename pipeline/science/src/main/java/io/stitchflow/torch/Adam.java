package io.stitchflow.torch;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;

/**
 * Adam, <a href="https://arxiv.org/abs/1412.6980">Kingma and Ba 2015</a>, algorithm 1: with g the
 * gradient + decay w, m := beta1 m + (1 - beta1) g, v := beta2 v + (1 - beta2) g², and w := w -
 * rate m^ / (sqrt(v^) + epsilon), where m^ and v^ are m / (1 - beta1^t) and v / (1 - beta2^t) in
 * step t.
 */
final class Adam implements GradientOptimizer {
  private static final double BETA2 = 0.999;
  private static final double EPSILON = 1e-8;

  private final List<NDArray> arrays;
  private final int decayed;
  private final double beta1;
  private final double decay;
  private final List<NDArray> means = new ArrayList<>();
  private final List<NDArray> squares = new ArrayList<>();
  private int steps;

  Adam(List<NDArray> decayed, List<NDArray> plain, double beta1, double decay) {
    this.arrays = new ArrayList<>(decayed);
    this.arrays.addAll(plain);
    this.decayed = decayed.size();
    this.beta1 = beta1;
    this.decay = decay;
    for (NDArray array : arrays) {
      Autograd.track(array);
      means.add(Lane.keep(array.zerosLike()));
      squares.add(Lane.keep(array.zerosLike()));
    }
  }

  @Override
  public void step(double rate) {
    steps++;
    for (int i = 0; i < arrays.size(); i++) {
      int index = i;
      Lane.scoped(
          () ->
              GradientOptimizer.withGradient(
                  arrays.get(index), gradient -> move(index, gradient, rate)));
    }
  }

  private void move(int i, NDArray gradient, double rate) {
    NDArray array = arrays.get(i);
    NDArray g = i < decayed && decay != 0 ? gradient.add(array.mul(decay)) : gradient;
    NDArray m = means.get(i);
    NDArray v = squares.get(i);
    m.muli(beta1).addi(g.mul(1 - beta1));
    v.muli(BETA2).addi(g.square().mul(1 - BETA2));
    double correction1 = 1 - StrictMath.pow(beta1, steps);
    double correction2 = 1 - StrictMath.pow(BETA2, steps);
    NDArray deviation = v.div(correction2).sqrt().add(EPSILON);
    array.subi(m.mul(rate / correction1).div(deviation));
  }

  /** Means, then means of squares. */
  @Override
  public List<NDArray> gathered() {
    List<NDArray> all = new ArrayList<>(means);
    all.addAll(squares);
    return all;
  }

  @Override
  public void resume(int steps) {
    this.steps = steps;
  }

  @Override
  public void close() {
    gathered().forEach(NDArray::close);
    arrays.forEach(Autograd::untrack);
  }
}
