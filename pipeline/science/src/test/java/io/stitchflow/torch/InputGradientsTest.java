package io.stitchflow.torch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InputGradientsTest {
  @Test
  void of_severalDirections_givesEachItsOwnGradient() {
    try (Lane lane = Lane.open()) {
      NDArray x = lane.manager().create(new float[] {1, 2, 3, 4}, new Shape(2, 2));
      List<float[]> gradients = new ArrayList<>();
      try (InputGradients pass = new InputGradients(x, NDArray::square)) {
        assertThat(pass.output().toFloatArray()).containsExactly(1, 4, 9, 16);
        pass.of(
            lane.manager().create(new float[] {1, 0, 0, 1}, new Shape(2, 2)),
            gradient -> gradients.add(gradient.toFloatArray()));
        pass.of(
            lane.manager().create(new float[] {0, 1, -1, 0}, new Shape(2, 2)),
            gradient -> gradients.add(gradient.toFloatArray()));
      }
      assertThat(gradients).containsExactly(new float[] {2, 0, 0, 8}, new float[] {0, 4, -6, 0});
      // no longer recorded
      assertThat(x.square().sum().getFloat()).isEqualTo(30);
      assertThat(x.hasGradient()).isFalse();
    }
  }

  /** DJL's own product with a number fails here: its number lies in memory that Java frees. */
  @Test
  void of_productWithANumberAfterGarbageWasCollected_isThatNumber() {
    try (Lane lane = Lane.open()) {
      Lane.scoped(
          () -> {
            NDArray x = lane.manager().create(new float[] {1, 2, 3, 4});
            NDArray ones = lane.manager().ones(new Shape(4));
            List<float[]> gradients = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
              try (InputGradients pass =
                  new InputGradients(x, y -> Functional.over(Functional.times(y, 3), 2))) {
                System.gc();
                for (int j = 0; j < 40; j++) { // takes what was freed
                  lane.manager().create(Float.NaN);
                }
                pass.of(ones, gradient -> gradients.add(gradient.toFloatArray()));
              }
            }
            assertThat(gradients).containsOnly(new float[] {1.5f, 1.5f, 1.5f, 1.5f});
          });
    }
  }
}
