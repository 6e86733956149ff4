package io.stitchflow.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.torch.Lane;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OutputDivergenceTest {
  private final Lane lane = Lane.open();
  private final OutputDivergence divergence = new OutputDivergence();

  @AfterEach
  void close() {
    lane.close();
  }

  private NDArray logits(int classes, float... values) {
    return lane.manager().create(values, new Shape(values.length / classes, classes));
  }

  @Test
  void divergence_oneClassCertainOrHalf_isKnown() {
    // p = (1, 0), q = (1/2, 1/2), m = (3/4, 1/4)
    divergence.add(logits(2, 100, 0), logits(2, 7, 7));
    assertThat(divergence.kullbackLeibler()).isEqualTo(Math.log(2), within(1e-12));
    double middle = Math.log(4 / 3.) + 0.5 * Math.log(2 / 3.) + 0.5 * Math.log(2);
    assertThat(divergence.jensenShannon()).isEqualTo(middle / 2, within(1e-12));
  }

  @Test
  void divergence_noCommonClass_isLogTwo() {
    divergence.add(logits(3, 2000, 0, 0), logits(3, 0, 3000, 0));
    assertThat(divergence.jensenShannon()).isEqualTo(Math.log(2));
    // log p - log q = 3000
    assertThat(divergence.kullbackLeibler()).isEqualTo(3000, within(1e-9));
  }

  @Test
  void divergence_sameOutputs_isExactlyZero() {
    NDArray same = logits(3, 1.5f, -0.25f, 90, 3, 0, -800);
    divergence.add(same, same);
    assertThat(divergence.jensenShannon()).isZero();
    assertThat(divergence.kullbackLeibler()).isZero();
  }

  @Test
  void divergence_severalBatches_isTheMeanOfTheDefinitions() {
    long seed = 8;
    SplittableRandom random = new SplittableRandom(seed);
    double jensenShannon = 0;
    double kullbackLeibler = 0;
    for (int batch = 0; batch < 2; batch++) {
      float[] a = new float[12];
      float[] b = new float[12];
      for (int i = 0; i < a.length; i++) {
        a[i] = (float) (6 * random.nextDouble() - 3);
        b[i] = (float) (6 * random.nextDouble() - 3);
      }
      divergence.add(logits(4, a), logits(4, b));
      for (int example = 0; example < 3; example++) {
        double[] p = softmax(a, example * 4);
        double[] q = softmax(b, example * 4);
        double[] middle = new double[4];
        for (int k = 0; k < 4; k++) {
          middle[k] = (p[k] + q[k]) / 2;
          kullbackLeibler += p[k] * Math.log(p[k] / q[k]) / 6;
        }
        jensenShannon += (entropy(middle) - (entropy(p) + entropy(q)) / 2) / 6;
      }
    }
    assertThat(divergence.jensenShannon())
        .as("seed %s", seed)
        .isEqualTo(jensenShannon, within(1e-12));
    assertThat(divergence.kullbackLeibler()).isEqualTo(kullbackLeibler, within(1e-12));
  }

  private static double[] softmax(float[] logits, int from) {
    double[] p = new double[4];
    double sum = 0;
    for (int k = 0; k < 4; k++) {
      p[k] = Math.exp(logits[from + k]);
      sum += p[k];
    }
    for (int k = 0; k < 4; k++) {
      p[k] /= sum;
    }
    return p;
  }

  private static double entropy(double[] p) {
    double entropy = 0;
    for (double each : p) {
      entropy -= each * Math.log(each);
    }
    return entropy;
  }

  @Test
  void divergence_undefinedLogits_isUndefined() {
    divergence.add(logits(2, 0, 0), logits(2, Float.NaN, 0));
    assertThat(divergence.kullbackLeibler()).isNaN();
    assertThat(divergence.jensenShannon()).isNaN();
  }
}
