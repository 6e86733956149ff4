package io.stitchflow.comparison;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.statistics.Distances;
import io.stitchflow.statistics.Sums;
import io.stitchflow.torch.Lane;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DistancesTest {
  private final Lane lane = Lane.open();

  @AfterEach
  void close() {
    lane.close();
  }

  @Test
  void cosine_twoExamples_isTheirMean() {
    // (3, 4) and (4, 3): 24 / 25; (1, 0) and (0, 2): 0
    NDArray y = array(new Shape(2, 2), 4, 3, 0, 2);
    assertThat(cosine(array(new Shape(2, 2), 3, 4, 1, 0), y)).isEqualTo(0.48, within(1e-7));
    assertThat(cosine(y, y)).isEqualTo(1, within(1e-7));
  }

  @Test
  void cosine_zeros_areLeftOut() {
    NDArray y = array(new Shape(2, 2), 4, 3, 0, 0);
    NDArray none = array(new Shape(2, 2), 0, 0, 0, 0);
    assertThat(cosine(array(new Shape(2, 2), -4, -3, 1, 0), y)).isEqualTo(-1, within(1e-7));
    assertThat(cosine(none, y)).isNaN();
  }

  @Test
  void distance_copyOfZeros_isUndefined() {
    Distances distances = new Distances();
    distances.add(array(new Shape(1, 1), 3), array(new Shape(1, 1), 1), array(new Shape(1, 1), 2));
    assertThat(distances.relativeTo(1)).isEqualTo(2);
    assertThat(distances.relativeTo(0)).isNaN();
  }

  private static double cosine(NDArray z, NDArray y) {
    Cosine.MeanCosine cosine = new Cosine.MeanCosine();
    cosine.add(z, y, Sums.products(y, y));
    return cosine.mean();
  }

  @Test
  void squaredDistance_mapsThatNearlyAgree_isThatOfFloat64() {
    long seed = 3;
    Random random = new Random(seed);
    Shape shape = new Shape(4, 3, 32, 32);
    float[] a = new float[(int) shape.size()];
    float[] b = new float[a.length];
    double exact = 0;
    double square = 0;
    for (int i = 0; i < a.length; i++) {
      a[i] = (float) (10 + random.nextGaussian());
      b[i] = a[i] + (float) (1e-3 * random.nextGaussian());
      exact += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
      square += (double) a[i] * a[i];
    }
    assertThat(Sums.squaredDistance(array(shape, a), array(shape, b)))
        .as("seed " + seed)
        .isEqualTo(exact, within(1e-6 * exact));
    assertThat(Sums.square(array(shape, a))).isEqualTo(square, within(1e-6 * square));
  }

  private NDArray array(Shape shape, float... values) {
    ByteBuffer buffer = Lane.allocate(values.length * Float.BYTES);
    buffer.asFloatBuffer().put(values);
    return lane.create(buffer, shape);
  }
}
