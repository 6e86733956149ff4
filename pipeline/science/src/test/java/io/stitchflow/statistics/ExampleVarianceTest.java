package io.stitchflow.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.torch.Lane;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ExampleVarianceTest {
  @Test
  void squares_ofMaps_areAboutTheMeansOfAllExamples() {
    try (Lane lane = Lane.open()) {
      ExampleVariance variance = new ExampleVariance();
      // One channel of 1, 3 | 5, 7 with mean 4 and one of 0, 0 | 0, 4 with mean 1
      NDArray first = array(lane, new Shape(1, 2, 1, 2), 1, 3, 0, 0);
      NDArray second = array(lane, new Shape(1, 2, 1, 2), 5, 7, 0, 4);
      RepresentationVariance all = new RepresentationVariance(1);
      for (NDArray batch : new NDArray[] {first, second}) {
        variance.add(batch, Sums.products(batch, batch));
        all.add(batch.toType(DataType.FLOAT64, true));
      }
      double[] squares = variance.squares();
      assertThat(squares[0]).isEqualTo(9 + 1 + 1 + 1, within(1e-12));
      assertThat(squares[1]).isEqualTo(1 + 9 + 1 + 9, within(1e-12));
      assertThat(Arrays.stream(squares).sum()).isEqualTo(all.squares(), within(1e-12));
    }
  }

  @Test
  void squares_ofVectorsInOneBatch_areThoseOfEach() {
    try (Lane lane = Lane.open()) {
      ExampleVariance variance = new ExampleVariance();
      NDArray vectors = array(lane, new Shape(2, 2), 1, 10, 3, 20);
      variance.add(vectors, Sums.products(vectors, vectors));
      assertThat(variance.squares()).containsExactly(new double[] {26, 26}, within(1e-12));
    }
  }

  private static NDArray array(Lane lane, Shape shape, float... values) {
    ByteBuffer bytes = Lane.allocate(values.length * Float.BYTES);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return lane.create(bytes.flip(), shape);
  }
}
