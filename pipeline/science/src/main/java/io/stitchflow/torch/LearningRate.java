package io.stitchflow.torch;

import java.util.Locale;

/**
 * A learning rate that rises linearly from 0, then follows half a cosine to 0.
 *
 * @param peak highest rate
 * @param warmup share of the steps in which it rises
 * @param steps in all
 */
public record LearningRate(double peak, double warmup, int steps) {
  public LearningRate {
    if (!(peak >= 0 && Double.isFinite(peak)) || !(0 <= warmup && warmup < 1) || steps < 1) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a learning rate takes peak >= 0, warmup in [0, 1), steps >= 1, but was: %s, %s, %d",
              peak,
              warmup,
              steps));
    }
  }

  /** The rate of the step with this index, from 0. */
  public double at(int step) {
    int rising = (int) (warmup * steps);
    if (step < rising) {
      return peak * (step + 1) / rising;
    }
    double done = (double) (step - rising) / (steps - rising);
    return peak * (1 + StrictMath.cos(StrictMath.PI * done)) / 2;
  }
}
