package io.stitchflow.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.torch.Lane;
import java.util.SplittableRandom;
import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecondMomentsTest {
  private final Lane lane = Lane.open();

  @AfterEach
  void close() {
    lane.close();
  }

  @Test
  void mean_vectors_isThatOfTheirProducts() {
    SecondMoments moments = new SecondMoments();
    moments.add(lane.manager().create(new float[] {1, 2, 3, 4}, new Shape(2, 2)));
    moments.add(lane.manager().create(new float[] {5, -6}, new Shape(1, 2)));
    DMatrixRMaj mean = moments.mean();
    assertThat(mean.get(0, 0)).isEqualTo((1 + 9 + 25) / 3., within(1e-12));
    assertThat(mean.get(0, 1)).isEqualTo((2 + 12 - 30) / 3., within(1e-12));
    assertThat(mean.get(1, 0)).isEqualTo((2 + 12 - 30) / 3., within(1e-12));
    assertThat(mean.get(1, 1)).isEqualTo((4 + 16 + 36) / 3., within(1e-12));
  }

  /** Few enough positions to be multiplied together, and more. */
  @ParameterizedTest
  @ValueSource(ints = {4, 32})
  void mean_mapsOfAnySize_isThatOfAllPositions(int side) {
    long seed = 2;
    SplittableRandom random = new SplittableRandom(seed);
    int examples = 3;
    int channels = 2;
    int positions = side * side;
    float[] values = new float[examples * channels * positions];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextDouble() + 0.1 * Math.floorDiv(i, positions));
    }
    SecondMoments moments = new SecondMoments();
    NDArray map = lane.manager().create(values, new Shape(examples, channels, side, side));
    moments.add(map);
    for (int a = 0; a < channels; a++) {
      for (int b = 0; b < channels; b++) {
        double sum = 0;
        for (int example = 0; example < examples; example++) {
          for (int at = 0; at < positions; at++) {
            sum +=
                values[(example * channels + a) * positions + at]
                    * values[(example * channels + b) * positions + at];
          }
        }
        assertThat(moments.mean().get(a, b))
            .as("seed %s", seed)
            .isEqualTo(sum / examples / positions, within(1e-5));
      }
    }
  }
}
