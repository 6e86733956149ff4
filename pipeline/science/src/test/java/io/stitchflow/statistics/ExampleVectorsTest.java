package io.stitchflow.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.torch.Lane;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ExampleVectorsTest {
  private static final long SEED = 31;

  private final Lane lane = Lane.open();
  private final Random random = new Random(SEED);

  @AfterEach
  void close() {
    lane.close();
  }

  @Test
  void geometry_ofMaps_isThatOfTheirChannelMeans() {
    float[] map = new float[24 * 3 * 4];
    float[] means = new float[24 * 3];
    for (int i = 0; i < map.length; i++) {
      map[i] = random.nextInt(64);
      means[i / 4] += map[i] / 4;
    }
    ExampleGeometry ofMaps = of(array(new Shape(24, 3, 2, 2), map)).geometry();
    ExampleGeometry ofMeans = of(array(new Shape(24, 3), means)).geometry();
    assertThat(cka(ofMaps, ofMeans)).as("seed " + SEED).isEqualTo(1, within(1e-9));
    assertThat(ofMaps.examples()).isEqualTo(24);
  }

  @Test
  void add_inOtherBatches_choosesTheSameExamples() {
    int examples = 2 * ExampleVectors.MOST + 50;
    float[] values = new float[examples];
    for (int i = 0; i < examples; i++) {
      values[i] = random.nextFloat();
    }
    ExampleVectors one = of(array(new Shape(examples, 1), values));
    ExampleVectors many = new ExampleVectors();
    for (int from = 0; from < examples; from += 41) {
      int start = from;
      float[] batch = new float[Math.min(41, examples - from)];
      System.arraycopy(values, from, batch, 0, batch.length);
      many.add(array(new Shape(batch.length, 1), batch), i -> label(start + i));
    }
    ExampleGeometry a = one.geometry();
    ExampleGeometry b = many.geometry();
    assertThat(a.examples()).isEqualTo(ExampleVectors.MOST);
    assertThat(cka(a, b)).as("seed " + SEED).isEqualTo(1, within(1e-9));
    int[] same = IntStream.range(0, a.examples()).toArray();
    assertThat(a.withinClasses().product(b.withinClasses(), same)).isEqualTo(1, within(1e-9));
    assertThat(a.neighbors().overlap(b.neighbors(), same)).isEqualTo(1);
  }

  @Test
  void add_moreThanTheSample_choosesFromAll() {
    // The last half of the examples is far away: a uniform sample has half of them
    int examples = 4 * ExampleVectors.MOST;
    float[] values = new float[examples];
    for (int i = 0; i < examples; i++) {
      values[i] = i < examples / 2 ? 0 : 1;
    }
    ExampleVectors all = of(array(new Shape(examples, 1), values));
    assertThat(all.mean()[0]).isEqualTo(0.5, within(0.06));
  }

  @Test
  void geometry_constant_isUndefined() {
    float[] values = new float[30];
    Arrays.fill(values, 0.1f);
    ExampleGeometry constant = of(array(new Shape(30, 1), values)).geometry();
    assertThat(cka(constant, constant)).isNaN();
  }

  private static double cka(ExampleGeometry a, ExampleGeometry b) {
    return a.unbiased().product(b.unbiased(), IntStream.range(0, a.examples()).toArray());
  }

  private static ExampleVectors of(NDArray array) {
    ExampleVectors vectors = new ExampleVectors();
    IntUnaryOperator labels = ExampleVectorsTest::label;
    vectors.add(array, labels);
    return vectors;
  }

  private static int label(int example) {
    return example % 7;
  }

  private NDArray array(Shape shape, float... values) {
    ByteBuffer buffer = Lane.allocate(values.length * Float.BYTES);
    buffer.asFloatBuffer().put(values);
    return lane.create(buffer, shape);
  }
}
