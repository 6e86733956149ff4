package io.stitchflow.comparison;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.torch.Lane;
import java.nio.ByteBuffer;
import java.util.List;
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
    Distances distances = new Distances();
    // (3, 4) and (4, 3): 24 / 25; (1, 0) and (0, 2): 0
    NDArray y = array(new Shape(2, 2), 4, 3, 0, 2);
    NDArray v = array(new Shape(2, 2), 3, 4, 1, 0);
    distances.addCosines(v, y, y, List.of(25., 4.));
    assertThat(distances.vanillaCosine()).isEqualTo(0.48, within(1e-7));
    assertThat(distances.copyCosine()).isEqualTo(1, within(1e-7));
  }

  @Test
  void cosine_zeros_areLeftOut() {
    Distances distances = new Distances();
    NDArray y = array(new Shape(2, 2), 4, 3, 0, 0);
    NDArray v = array(new Shape(2, 2), -4, -3, 1, 0);
    NDArray none = array(new Shape(2, 2), 0, 0, 0, 0);
    distances.addCosines(v, none, y, List.of(25., 0.));
    assertThat(distances.vanillaCosine()).isEqualTo(-1, within(1e-7));
    assertThat(distances.copyCosine()).isNaN();
    distances.addSize(none);
    assertThat(distances.stitchDistance()).isNaN();
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
