package io.stitchflow.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.torch.Lane;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RepresentationVarianceTest {
  private final Lane lane = Lane.open();

  @AfterEach
  void close() {
    lane.close();
  }

  @Test
  void variance_twoChannels_isAroundEachChannelsMean() {
    RepresentationVariance spread = new RepresentationVariance(1);
    // Channel 0: 1, 3 then 5, 7: mean 4, squares 9 + 1 + 1 + 9. Channel 1 does not vary.
    spread.add(array(new Shape(1, 2, 1, 2), 1, 3, 8, 8));
    spread.add(array(new Shape(1, 2, 1, 2), 5, 7, 8, 8));
    assertThat(spread.variance()).isEqualTo(20. / 8, within(1e-12));
    assertThat(spread.ceiling()).isEqualTo(1);
  }

  @Test
  void ceiling_blocks_leavesOutWhatVariesInsideOfThem() {
    RepresentationVariance spread = new RepresentationVariance(2);
    // Blocks 0, 0, 0, 4 and 3, 3, 3, 3: means 1 and 3 around 2; inside of them 1 + 1 + 1 + 9
    spread.add(array(new Shape(2, 1, 2, 2), 0, 0, 0, 4, 3, 3, 3, 3));
    assertThat(spread.variance()).isEqualTo(20. / 8, within(1e-12));
    assertThat(spread.ceiling()).isEqualTo(1 - 12. / 20, within(1e-12));
  }

  @Test
  void ceiling_nothingVaries_isOne() {
    RepresentationVariance spread = new RepresentationVariance(2);
    spread.add(array(new Shape(1, 1, 2, 2), 0.1f, 0.1f, 0.1f, 0.1f));
    assertThat(spread.variance()).isBetween(0., 1e-15);
    assertThat(spread.ceiling()).isBetween(0., 1.);
  }

  @Test
  void variance_vectors_isOverExamples() {
    RepresentationVariance spread = new RepresentationVariance(1);
    spread.add(array(new Shape(2, 2), 1, 5, 3, 5));
    assertThat(spread.variance()).isEqualTo(2. / 4, within(1e-12));
  }

  private NDArray array(Shape shape, float... values) {
    ByteBuffer buffer = Lane.allocate(values.length * Float.BYTES);
    buffer.asFloatBuffer().put(values);
    return lane.create(buffer, shape).toType(DataType.FLOAT64, false);
  }
}
