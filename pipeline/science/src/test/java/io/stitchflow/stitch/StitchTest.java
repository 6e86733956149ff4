package io.stitchflow.stitch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.network.CutPoint;
import io.stitchflow.tensors.Safetensors;
import io.stitchflow.tensors.SafetensorsFile;
import io.stitchflow.torch.Lane;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StitchTest {
  private static final CutPoint SMALL = new CutPoint("layer3.0", List.of(3, 4, 4));
  private static final CutPoint LARGE = new CutPoint("layer1.0", List.of(2, 8, 8));
  private static final CutPoint VECTOR = new CutPoint("pool", List.of(5));

  @TempDir Path directory;
  private final Lane lane = Lane.open();

  @AfterEach
  void close() {
    lane.close();
  }

  @Test
  void between_sameSize_isAPointwiseConvolution() {
    Stitch stitch = Stitch.between(LARGE, new CutPoint("stem", List.of(7, 8, 8)));
    assertThat(stitch.family()).isEqualTo("pointwise");
    assertThat(stitch.weightShape()).containsExactly(7, 2, 1, 1);
    assertThat(stitch.inputs()).isEqualTo(2);
  }

  @Test
  void between_largerSender_isAStridedConvolution() {
    Stitch stitch = Stitch.between(LARGE, SMALL);
    assertThat(stitch.family()).isEqualTo("strided");
    assertThat(stitch.weightShape()).containsExactly(3, 2, 2, 2);
    assertThat(stitch.patch()).isEqualTo(2);
    assertThat(stitch.inputs()).isEqualTo(8);
  }

  @Test
  void between_smallerSender_isUpsampled() {
    Stitch stitch = Stitch.between(SMALL, LARGE);
    assertThat(stitch.family()).isEqualTo("upsampled");
    assertThat(stitch.weightShape()).containsExactly(2, 3, 1, 1);
    assertThat(stitch.upsampling()).isEqualTo(2);
  }

  @Test
  void between_vectorReceiver_isFlattened() {
    Stitch stitch = Stitch.between(SMALL, VECTOR);
    assertThat(stitch.family()).isEqualTo("flattened");
    assertThat(stitch.weightShape()).containsExactly(5, 48);
  }

  @Test
  void between_vectorIntoAMap_isRefusedWithBothCuts() {
    assertThatThrownBy(() -> Stitch.between(VECTOR, SMALL))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'pool' [5]")
        .hasMessageContaining("'layer3.0' [3, 4, 4]");
  }

  @Test
  void between_ratioNotWhole_isRefusedWithBothCuts() {
    CutPoint odd = new CutPoint("odd", List.of(2, 6, 6));
    assertThatThrownBy(() -> Stitch.between(odd, SMALL))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'odd' [2, 6, 6]")
        .hasMessageContaining("'layer3.0' [3, 4, 4]");
    assertThatThrownBy(() -> Stitch.between(SMALL, odd)).hasMessageContaining("multiple");
  }

  @Test
  void apply_eachFamily_isTheMatrixThatLeastSquaresSees() {
    List<Stitch> families =
        List.of(
            Stitch.between(LARGE, new CutPoint("stem", List.of(7, 8, 8))),
            Stitch.between(LARGE, SMALL),
            Stitch.between(SMALL, LARGE),
            Stitch.between(SMALL, VECTOR));
    for (Stitch stitch : families) {
      NDArray x = random(3, stitch.from().shape());
      NDArray weight = random(0, stitch.weightShape());
      NDArray bias = random(0, List.of(stitch.to().channels()));
      NDArray y = stitch.apply(x, weight, bias);
      assertThat(y.getShape()).isEqualTo(ColumnTrainer.shape(3, stitch.to().shape()));
      // Block sums of y: as often as the block has positions
      int repeats = stitch.upsampling() * stitch.upsampling();
      NDArray rows = Rows.patches(x, stitch.patch());
      NDArray expected =
          Rows.float64(weight.reshape(stitch.to().channels(), stitch.inputs()))
              .matMul(rows)
              .add(Rows.float64(bias.reshape(-1, 1)))
              .mul(repeats);
      assertThat(Rows.blockSums(y, stitch.upsampling()).toDoubleArray())
          .as(stitch.family())
          .containsExactly(expected.toDoubleArray(), within(1e-4));
    }
  }

  @Test
  void random_seedAndCuts_decideTheNumbers() {
    Stitch stitch = Stitch.between(LARGE, SMALL);
    Stitch other = Stitch.between(new CutPoint("layer1.1", LARGE.shape()), SMALL);
    float[] numbers = weights(stitch, 1);
    assertThat(weights(stitch, 1)).containsExactly(numbers);
    assertThat(weights(stitch, 2)).isNotEqualTo(numbers);
    assertThat(weights(other, 1)).isNotEqualTo(numbers);
    for (float number : numbers) {
      assertThat(Math.abs(number)).isLessThanOrEqualTo((float) Math.sqrt(3. / 8));
    }
  }

  @Test
  void save_andLoad_giveTheSameStitchAndSayWhatItIs() throws IOException {
    Stitch stitch = Stitch.between(LARGE, SMALL);
    Path file = directory.resolve("stitch");
    try (FrozenStitch saved = FrozenStitch.random(lane, stitch, 4)) {
      saved.save(file);
      try (FrozenStitch loaded = FrozenStitch.load(lane, stitch, file)) {
        assertThat(loaded.weight().toFloatArray()).containsExactly(saved.weight().toFloatArray());
        assertThat(loaded.bias().toFloatArray()).containsExactly(saved.bias().toFloatArray());
      }
    }
    SafetensorsFile tensors = Safetensors.read(file);
    assertThat(tensors.names()).containsExactly("bias", "weight");
    assertThat(tensors.metadata())
        .containsEntry("family", "strided")
        .containsEntry("sender_cut", "layer1.0")
        .containsEntry("receiver_shape", "[3, 4, 4]");
    Stitch wrong = Stitch.between(SMALL, LARGE);
    assertThatThrownBy(() -> FrozenStitch.load(lane, wrong, file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be [2, 3, 1, 1], but was: [3, 2, 2, 2]");
  }

  private float[] weights(Stitch stitch, long seed) {
    try (FrozenStitch fitted = FrozenStitch.random(lane, stitch, seed)) {
      return fitted.weight().toFloatArray();
    }
  }

  /** [examples, shape...], or [shape...] for 0 examples. */
  private NDArray random(int examples, List<Integer> shape) {
    Shape all =
        examples == 0
            ? new Shape(shape.stream().mapToLong(Integer::longValue).toArray())
            : ColumnTrainer.shape(examples, shape);
    ByteBuffer values = Lane.allocate((int) all.size() * Float.BYTES);
    Random random = new Random(all.hashCode());
    while (values.hasRemaining()) {
      values.putFloat((float) random.nextGaussian());
    }
    return lane.create(values.flip(), all);
  }
}
