package io.stitchflow.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.torch.Lane;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SimilarityTest {
  /** Four positions of two channels, (1, 0), (-1, 0), (0, 1), (0, -1): covariance I / 2. */
  private static final float[] CROSS = {1, -1, 0, 0, 0, 0, 1, -1};

  private final Lane lane = Lane.open();

  @AfterEach
  void close() {
    lane.close();
  }

  /** Two representations of the same positions. */
  private final class Both {
    final ChannelMoments a = new ChannelMoments(lane);
    final ChannelMoments b = new ChannelMoments(lane);
    final ChannelMoments.Products products = new ChannelMoments.Products();

    Both add(NDArray x, NDArray y) {
      products.add(a.add(x), b.add(y));
      return this;
    }

    double cka() {
      return Similarity.cka(products.covariance(a, b), a, b);
    }

    double procrustes() {
      return Similarity.procrustes(products.covariance(a, b), a, b);
    }

    double mahalanobis() {
      return Similarity.mahalanobis(a, b);
    }
  }

  private Both both(int channels, float[] x, int others, float[] y) {
    int positions = x.length / channels;
    return new Both()
        .add(
            array(new Shape(1, channels, 1, positions), x),
            array(new Shape(1, others, 1, positions), y));
  }

  @Test
  void cka_oneOfTwoChannels_isTheRootOfAHalf() {
    // cross covariance (1/2, 0): 1/4 over |I/2| = 1 / sqrt 2 times 1/2
    Both both = both(2, CROSS, 1, new float[] {1, -1, 0, 0});
    assertThat(both.cka()).isEqualTo(Math.sqrt(0.5), within(1e-6));
    // 2 - 2 * 1/2 / sqrt(1 * 1/2)
    assertThat(both.procrustes()).isEqualTo(2 - Math.sqrt(2), within(1e-6));
  }

  @Test
  void similarity_rotatedScaledAndMoved_isPerfect() {
    // (u, v) to (1000 - 3 v, 5 + 3 u)
    float[] turned = {1000, 1000, 997, 1003, 8, 2, 5, 5};
    Both both = both(2, CROSS, 2, turned);
    assertThat(both.cka()).isEqualTo(1, within(1e-6));
    assertThat(both.procrustes()).isEqualTo(0, within(1e-6));
  }

  @Test
  void similarity_uncorrelated_isNone() {
    Both both = both(1, new float[] {1, -1, 1, -1}, 1, new float[] {1, 1, -1, -1});
    assertThat(both.cka()).isEqualTo(0, within(1e-12));
    assertThat(both.procrustes()).isEqualTo(2, within(1e-12));
  }

  @Test
  void similarity_oneSideConstant_isUndefined() {
    Both both = both(1, new float[] {0.1f, 0.1f, 0.1f}, 1, new float[] {1, 2, 3});
    assertThat(both.cka()).isNaN();
    assertThat(both.procrustes()).isNaN();
    assertThat(both.mahalanobis()).isFinite();
    Both turned = both(1, new float[] {1, 2, 3}, 1, new float[] {0.1f, 0.1f, 0.1f});
    assertThat(turned.mahalanobis()).isNaN();
  }

  @Test
  void similarity_oneVector_isUndefined() {
    Both both = new Both().add(array(new Shape(1, 2), 1, 2), array(new Shape(1, 2), 3, 4));
    assertThat(both.cka()).isNaN();
    assertThat(both.procrustes()).isNaN();
    assertThat(both.mahalanobis()).isNaN();
  }

  @Test
  void mahalanobis_expectedItself_isOne() {
    assertThat(both(2, CROSS, 2, CROSS).mahalanobis()).isEqualTo(1, within(1e-9));
    // also where a channel is dead
    float[] dead = {1, 2, 3, 6, 0, 0, 0, 0};
    assertThat(both(2, dead, 2, dead).mahalanobis()).isEqualTo(1, within(1e-9));
  }

  @Test
  void mahalanobis_threeAwayInOneOfTwoDimensions_isNineHalvesOfAVariance() {
    // (3, 0) everywhere: 9 / 0.5 over 2 dimensions
    float[] away = {3, 3, 3, 3, 0, 0, 0, 0};
    assertThat(both(2, away, 2, CROSS).mahalanobis()).isEqualTo(9, within(1e-5));
  }

  @Test
  void mahalanobis_offInADeadChannel_isOverTheRidge() {
    // variances 1/2, 1/2, 0; the ridge is a thousandth of 1/3
    float[] expected = {1, -1, 0, 0, 0, 0, 1, -1, 0, 0, 0, 0};
    float[] off = {0, 0, 0, 0, 0, 0, 0, 0, 0.5f, 0.5f, 0.5f, 0.5f};
    double ridge = 1e-3 / 3;
    assertThat(both(3, off, 3, expected).mahalanobis())
        .isEqualTo(0.25 / ridge * (0.5 + ridge), within(1e-3));
  }

  @Test
  void moments_severalBatches_areThoseOfOne() {
    long seed = 11;
    Random random = new Random(seed);
    float[] x = new float[3 * 4 * 6];
    float[] y = new float[3 * 4 * 6];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) (100 + random.nextGaussian());
      y[i] = (float) (x[i] * 0.5 + random.nextGaussian());
    }
    Both whole = new Both().add(array(new Shape(3, 4, 2, 3), x), array(new Shape(3, 4, 2, 3), y));
    Both split = new Both();
    for (int i = 0; i < 3; i++) {
      float[] a = Arrays.copyOfRange(x, i * 24, (i + 1) * 24);
      float[] b = Arrays.copyOfRange(y, i * 24, (i + 1) * 24);
      split.add(array(new Shape(1, 4, 2, 3), a), array(new Shape(1, 4, 2, 3), b));
    }
    assertThat(split.cka()).as("seed " + seed).isEqualTo(whole.cka(), within(1e-5));
    assertThat(split.mahalanobis() / whole.mahalanobis()).isEqualTo(1, within(1e-5));
  }

  @Test
  void assignment_smallMatrices_isTheBestOfAllPermutations() {
    long seed = 5;
    Random random = new Random(seed);
    for (int n = 1; n <= 6; n++) {
      for (int round = 0; round < 20; round++) {
        DMatrixRMaj scores = new DMatrixRMaj(n, n);
        for (int i = 0; i < n * n; i++) {
          scores.set(i, random.nextInt(7) - 3);
        }
        int[] sources = Assignment.best(scores);
        assertThat(sources).doesNotHaveDuplicates();
        assertThat(total(scores, sources))
            .as("seed %s, %s", seed, scores)
            .isEqualTo(best(scores, new int[n], 0, 0));
      }
    }
  }

  private static double total(DMatrixRMaj scores, int[] sources) {
    double total = 0;
    for (int j = 0; j < sources.length; j++) {
      total += scores.get(sources[j], j);
    }
    return total;
  }

  private static double best(DMatrixRMaj scores, int[] sources, int column, int used) {
    if (column == sources.length) {
      return total(scores, sources);
    }
    double best = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < sources.length; i++) {
      if ((used >> i & 1) == 0) {
        sources[column] = i;
        best = Math.max(best, best(scores, sources, column + 1, used | 1 << i));
      }
    }
    return best;
  }

  private NDArray array(Shape shape, float... values) {
    ByteBuffer buffer = Lane.allocate(values.length * Float.BYTES);
    buffer.asFloatBuffer().put(values);
    return lane.create(buffer, shape);
  }
}
