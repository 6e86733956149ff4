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
}
