package io.stitchflow.stitch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.network.CutPoint;
import io.stitchflow.torch.Functional;
import io.stitchflow.torch.Functional.BatchNorm;
import io.stitchflow.torch.Lane;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TrainableStitchTest {
  private static final CutPoint ONE = new CutPoint("stem", List.of(1, 1, 1));
  private static final CutPoint SMALL = new CutPoint("layer3.0", List.of(3, 4, 4));
  private static final CutPoint LARGE = new CutPoint("layer1.0", List.of(2, 8, 8));
  private static final CutPoint VECTOR = new CutPoint("pool", List.of(5));

  private final Lane lane = Lane.open();
  private final Random random = new Random(11);

  @AfterEach
  void close() {
    lane.close();
  }

  @Test
  void frozen_normalized_isTheStitchWorkedByHand() {
    Stitch stitch = Stitch.between(ONE, ONE);
    try (FrozenStitch affine = FrozenStitch.random(lane, stitch, 1);
        TrainableStitch learning = TrainableStitch.normalized(lane, affine)) {
      set(learning.affine().weight(), 3);
      set(learning.affine().bias(), 1);
      // Before: 2 (x - 5) / 4 + 1; after: 10 (y - 7) / 0.5 - 1
      set(learning.before(), 2, 1, 5, 16 - BatchNorm.EPSILON);
      set(learning.after(), 10, -1, 7, 0.25 - BatchNorm.EPSILON);
      try (FrozenStitch folded = learning.frozen(lane)) {
        // y = 3 (0.5 x - 1.5) + 1 = 1.5 x - 3.5, so 20 y - 141 = 30 x - 211
        assertThat(folded.weight().toFloatArray()[0]).isCloseTo(30, within(1e-3f));
        assertThat(folded.bias().toFloatArray()[0]).isCloseTo(-211, within(1e-2f));
      }
    }
  }

  @Test
  void frozen_everyFamily_isWhatItComputesWithRunningStatistics() {
    for (List<CutPoint> cuts :
        List.of(
            List.of(LARGE, new CutPoint("stem", List.of(7, 8, 8))),
            List.of(LARGE, SMALL),
            List.of(SMALL, LARGE),
            List.of(SMALL, VECTOR))) {
      Stitch stitch = Stitch.between(cuts.get(0), cuts.get(1));
      try (FrozenStitch affine = FrozenStitch.random(lane, stitch, 1);
          TrainableStitch learning = TrainableStitch.normalized(lane, affine)) {
        for (NDArray array : learning.changing()) {
          array.set(new NDIndex("..."), noise(array.getShape()).abs().add(0.1));
        }
        for (int batch = 0; batch < 3; batch++) {
          learning.apply(batch(cuts.get(0)));
        }
        NDArray x = batch(cuts.get(0));
        NDArray expected =
            Functional.batchNorm(
                learning.affine().apply(Functional.batchNorm(x, learning.before())),
                learning.after());
        try (FrozenStitch folded = learning.frozen(lane)) {
          float[] actual = folded.apply(x).toFloatArray();
          float[] wanted = expected.toFloatArray();
          for (int i = 0; i < wanted.length; i++) {
            assertThat(actual[i]).as(stitch.family().name()).isCloseTo(wanted[i], within(1e-4f));
          }
        }
      }
    }
  }

  private NDArray batch(CutPoint cut) {
    return noise(ColumnTrainer.shape(6, cut.shape())).mul(3).add(1);
  }

  private NDArray noise(Shape shape) {
    ByteBuffer bytes = Lane.allocate((int) shape.size() * Float.BYTES);
    while (bytes.hasRemaining()) {
      bytes.putFloat((float) random.nextGaussian());
    }
    return lane.create(bytes.flip(), shape);
  }

  private static void set(BatchNorm norm, double weight, double bias, double mean, double square) {
    set(norm.weight(), weight);
    set(norm.bias(), bias);
    set(norm.mean(), mean);
    set(norm.variance(), square);
  }

  private static void set(NDArray array, double value) {
    array.set(new NDIndex("..."), value);
  }
}
