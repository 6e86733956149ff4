package io.stitchflow.statistics;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.torch.Lane;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Probes against ridge regressions solved example by example. */
class LinearProbeTest {
  private static final int CLASSES = 3;

  private final long seed = 8;
  private final Random random = new Random(seed);
  private final Lane lane = Lane.open();

  @AfterEach
  void close() {
    lane.close();
  }

  @Test
  void score_vectors_isThatOfRidgeRegressionsOfAllExamples() {
    Matrix train = Matrix.normal(random, 60, 5).times(2).plus(3);
    Matrix unseen = Matrix.normal(random, 40, 5).times(2).plus(3);
    int[] right = new int[LinearProbe.PENALTIES.size()];
    Matrix oneHot = Matrix.zeros(60, CLASSES);
    for (int i = 0; i < 60; i++) {
      oneHot.data().set(i, label(train, i), 1);
    }
    Matrix x = train.centred();
    Matrix gram = x.transposed().times(x).times(1. / 60);
    double variance = x.square() / 60 / 5;
    for (int p = 0; p < right.length; p++) {
      Matrix weights =
          gram.plus(Matrix.identity(5).times(LinearProbe.PENALTIES.get(p) * variance))
              .pseudoInverse()
              .times(x.transposed())
              .times(oneHot.centred())
              .times(1. / 60);
      Matrix outputs = unseen.times(weights);
      Matrix bias = oneHot.means().minus(train.means().times(weights));
      for (int i = 0; i < 40; i++) {
        int largest = 0;
        for (int k = 1; k < CLASSES; k++) {
          boolean isLarger =
              outputs.get(i, k) + bias.get(0, k) > outputs.get(i, largest) + bias.get(0, largest);
          largest = isLarger ? k : largest;
        }
        right[p] += largest == label(unseen, i) ? 1 : 0;
      }
    }
    List<Integer> shape = List.of(5);
    LinearProbe.Fit fit = new LinearProbe.Fit(shape, CLASSES);
    // Two batches
    add(fit, train, 0, 35);
    add(fit, train, 35, 60);
    LinearProbe probe = fit.solve();
    int best = 0;
    for (int p = 0; p < right.length; p++) {
      LinearProbe.Score score = new LinearProbe.Score(probe, shape, p);
      score.add(rows(unseen, 0, 40), i -> label(unseen, i));
      assertThat(score.accuracy()).as("penalty %s, seed %s", p, seed).isEqualTo(right[p] / 40.);
      assertThat(score.best()).isEqualTo(p);
      best = right[p] >= right[best] ? p : best;
    }
    LinearProbe.Score all = new LinearProbe.Score(probe, shape);
    all.add(rows(unseen, 0, 25), i -> label(unseen, i));
    all.add(rows(unseen, 25, 40), i -> label(unseen, 25 + i));
    assertThat(all.best()).isEqualTo(best);
    assertThat(all.accuracy()).isEqualTo(right[best] / 40.);
    assertThat(Arrays.stream(right).distinct().count()).as("seed " + seed).isGreaterThan(1);
  }

  @Test
  void numbers_areOfTheFinestGridWithFewEnough() {
    assertThat(LinearProbe.numbers(List.of(8, 32, 32))).isEqualTo(128);
    assertThat(LinearProbe.numbers(List.of(64, 32, 32))).isEqualTo(256);
    assertThat(LinearProbe.numbers(List.of(128, 16, 16))).isEqualTo(512);
    assertThat(LinearProbe.numbers(List.of(256, 8, 8))).isEqualTo(256);
    assertThat(LinearProbe.numbers(List.of(16, 6, 6))).isEqualTo(64);
    assertThat(LinearProbe.numbers(List.of(16, 5, 5))).isEqualTo(16);
    assertThat(LinearProbe.numbers(List.of(900))).isEqualTo(900);
    assertThat(LinearProbe.fits(List.of(1_024))).isTrue();
    assertThat(LinearProbe.fits(List.of(1_025, 2, 2))).isFalse();
  }

  @Test
  void score_ofTwoQuadrants_readsThemApart() {
    // One channel of 2 x 2: class 0 is above in the first column, class 1 below in the second
    List<Integer> shape = List.of(1, 2, 2);
    NDArray maps = array(new Shape(4, 1, 2, 2), 1, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1);
    LinearProbe.Fit fit = new LinearProbe.Fit(shape, 2);
    fit.add(maps, i -> i % 2);
    LinearProbe.Score score = new LinearProbe.Score(fit.solve(), shape);
    score.add(maps, i -> i % 2);
    assertThat(score.accuracy()).isEqualTo(1);
    assertThat(score.best()).as("all are right").isEqualTo(LinearProbe.PENALTIES.size() - 1);
  }

  @Test
  void score_withoutExamples_isUndefined() {
    LinearProbe.Fit fit = new LinearProbe.Fit(List.of(1), 2);
    fit.add(array(new Shape(2, 1), 4, 4), i -> i);
    assertThat(new LinearProbe.Score(fit.solve(), List.of(1)).accuracy()).isNaN();
  }

  /** Depends on the first two numbers, not linearly. */
  private static int label(Matrix rows, int row) {
    return rows.get(row, 0) > 4 ? 2 : rows.get(row, 1) > rows.get(row, 2) ? 1 : 0;
  }

  private void add(LinearProbe.Fit fit, Matrix all, int from, int to) {
    fit.add(rows(all, from, to), i -> label(all, from + i));
  }

  private NDArray rows(Matrix all, int from, int to) {
    float[] values = new float[(to - from) * all.columns()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) all.data().get(from * all.columns() + i);
    }
    return array(new Shape(to - from, all.columns()), values);
  }

  private NDArray array(Shape shape, float... values) {
    ByteBuffer buffer = Lane.allocate(values.length * Float.BYTES);
    buffer.asFloatBuffer().put(values);
    assertThat(LongStream.of(shape.getShape()).reduce(1, (a, b) -> a * b)).isEqualTo(values.length);
    return lane.create(buffer, shape);
  }
}
