package io.stitchflow.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.v1.Optimizer;
import io.stitchflow.v1.TrainingState;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class AdamTest {
  @Test
  void step_twoSteps_areThoseWorkedByHand() {
    try (Lane lane = Lane.open()) {
      NDArray w = array(lane, 1);
      try (GradientOptimizer adam =
          GradientOptimizer.of(Optimizer.ADAM, List.of(), List.of(w), 0.9, 0)) {
        // Loss 3w, gradient 3: m = 0.3, v = 0.009, m^ = 3, v^ = 9
        step(adam, 0.1, () -> w.mul(3).sum());
        assertThat(HostArray.number(w)).isCloseTo(1 - 0.1 * 3 / 3, within(1e-6));
        // Gradient -1: m = 0.27 - 0.1 = 0.17, v = 0.008991 + 0.001 = 0.009991
        // m^ = 0.17 / 0.19 = 0.894737, v^ = 0.009991 / 0.001999 = 4.997999, its root 2.235621
        step(adam, 0.1, () -> w.mul(-1).sum());
        assertThat(HostArray.number(w)).isCloseTo(0.9 - 0.1 * 0.894737 / 2.235621, within(1e-6));
      }
    }
  }

  @Test
  void step_decay_isAddedToTheGradientOfTheDecayedAlone() {
    try (Lane lane = Lane.open()) {
      NDArray decayed = array(lane, 2);
      NDArray plain = array(lane, 2);
      try (GradientOptimizer adam =
          GradientOptimizer.of(Optimizer.ADAM, List.of(decayed), List.of(plain), 0.9, 0.5)) {
        // Gradient -1 + 0.5 * 2 = 0 leaves the decayed one; the other moves by the rate
        step(adam, 0.1, () -> decayed.sum().add(plain.sum()).mul(-1));
        assertThat(HostArray.number(decayed)).isCloseTo(2, within(1e-6));
        assertThat(HostArray.number(plain)).isCloseTo(2.1, within(1e-6));
      }
    }
  }

  @Test
  void snapshot_restoredIntoOthers_continuesToTheSameBits() {
    for (Optimizer optimizer : List.of(Optimizer.ADAM, Optimizer.MOMENTUM)) {
      try (Lane lane = Lane.open()) {
        NDArray w = array(lane, -0.7f);
        NDArray other = array(lane, 5);
        try (GradientOptimizer descent =
                GradientOptimizer.of(optimizer, List.of(w), List.of(), 0.9, 0.01);
            GradientOptimizer resumed =
                GradientOptimizer.of(optimizer, List.of(other), List.of(), 0.9, 0.01)) {
          step(descent, 0.1, () -> w.square().sum());
          step(descent, 0.1, () -> w.square().sum());
          TrainingState state = TrainingSnapshot.take(List.of(1., 2.), all(w, descent));
          assertThat(TrainingSnapshot.fits(state, all(other, resumed))).isTrue();
          TrainingSnapshot.restore(lane, state, all(other, resumed));
          resumed.resume(2);
          assertThat(TrainingSnapshot.take(List.of(1., 2.), all(other, resumed))).isEqualTo(state);
          step(descent, 0.1, () -> w.square().sum());
          step(resumed, 0.1, () -> other.square().sum());
          assertThat(HostArray.number(other)).isEqualTo(HostArray.number(w));
          assertThat(TrainingSnapshot.fits(state, List.of(w))).isFalse();
        }
      }
    }
  }

  private static List<NDArray> all(NDArray trained, GradientOptimizer descent) {
    List<NDArray> all = new ArrayList<>(List.of(trained));
    all.addAll(descent.gathered());
    return all;
  }

  private static void step(GradientOptimizer descent, double rate, Supplier<NDArray> forward) {
    Lane.scoped(
        () -> {
          Autograd.backward(Autograd.withGradient(forward));
          descent.step(rate);
        });
  }

  private static NDArray array(Lane lane, float value) {
    ByteBuffer bytes = Lane.allocate(Float.BYTES).putFloat(value).flip();
    return lane.create(bytes, new Shape(1));
  }
}
