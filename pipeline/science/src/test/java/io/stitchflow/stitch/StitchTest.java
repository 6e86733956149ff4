package io.stitchflow.stitch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.network.CutPoint;
import io.stitchflow.tensors.Safetensors;
import io.stitchflow.torch.Lane;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
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
    assertThat(stitch.family().name()).isEqualTo("pointwise");
    assertThat(stitch.weightShape()).containsExactly(7, 2, 1, 1);
    assertThat(stitch.inputs()).isEqualTo(2);
  }

  @Test
  void between_largerSender_isAStridedConvolution() {
    Stitch stitch = Stitch.between(LARGE, SMALL);
    assertThat(stitch.family().name()).isEqualTo("strided");
    assertThat(stitch.weightShape()).containsExactly(3, 2, 2, 2);
    assertThat(stitch.regression().window()).containsExactly(2, 2);
    assertThat(stitch.inputs()).isEqualTo(8);
  }

  @Test
  void between_smallerSender_isUpsampled() {
    Stitch stitch = Stitch.between(SMALL, LARGE);
    assertThat(stitch.family().name()).isEqualTo("upsampled");
    assertThat(stitch.weightShape()).containsExactly(2, 3, 1, 1);
    assertThat(stitch.regression().block()).isEqualTo(2);
  }

  @Test
  void between_vectorReceiver_isFlattened() {
    Stitch stitch = Stitch.between(SMALL, VECTOR);
    assertThat(stitch.family().name()).isEqualTo("flattened");
    assertThat(stitch.weightShape()).containsExactly(5, 48);
  }

  @Test
  void between_vectorIntoAMap_isResampled() {
    Stitch stitch = Stitch.between(VECTOR, SMALL);
    assertThat(stitch.family().name()).isEqualTo("resampled");
    assertThat(stitch.weightShape()).containsExactly(3, 5, 1, 1);
    assertThat(stitch.regression().positions()).containsExactly(4, 4);
  }

  @Test
  void between_tokensOfEqualNumber_isPointwise() {
    Stitch stitch =
        Stitch.between(new CutPoint("a", List.of(6, 17, 1)), new CutPoint("b", List.of(4, 17, 1)));
    assertThat(stitch.family().name()).isEqualTo("pointwise");
    assertThat(stitch.weightShape()).containsExactly(4, 6, 1, 1);
  }

  @Test
  void between_tokensThatAreNoSquareIntoAMap_isRefused() {
    CutPoint tokens = new CutPoint("tokens", List.of(6, 15, 1));
    assertThatThrownBy(() -> Stitch.between(tokens, SMALL))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'tokens' [6, 15, 1] -> 'layer3.0' [3, 4, 4]")
        .hasMessageContaining("a square number of tokens");
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
  void load_stitchOfOtherCuts_isRefusedWithTheFile() throws IOException {
    Path file = directory.resolve("stitch");
    try (FrozenStitch saved = FrozenStitch.random(lane, Stitch.between(LARGE, SMALL), 4)) {
      saved.save(file);
    }
    assertThat(Safetensors.read(file).names()).containsExactly("bias", "weight");
    CutPoint larger = new CutPoint("layer0", List.of(2, 16, 16));
    assertThatThrownBy(() -> FrozenStitch.load(lane, larger, SMALL, file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be [3, 2, 4, 4], but was: [3, 2, 2, 2]");
    assertThatThrownBy(() -> FrozenStitch.load(lane, SMALL, LARGE, file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'strided' does not fit 'layer3.0' [3, 4, 4] -> 'layer1.0' [2, 8, 8]")
        .hasMessageContaining("families that fit: upsampled");
    assertThatThrownBy(() -> FrozenStitch.load(lane, Stitch.between(SMALL, LARGE), file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be of family 'upsampled', but was: 'strided'");
  }

  @Test
  void load_fileWithoutAFamily_isRefused() throws IOException {
    Path file = directory.resolve("tensors");
    Safetensors.write(file, List.of(), new TreeMap<>());
    assertThatThrownBy(() -> FrozenStitch.load(lane, LARGE, SMALL, file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("its metadata has no 'family'");
  }

  private float[] weights(Stitch stitch, long seed) {
    try (FrozenStitch fitted = FrozenStitch.random(lane, stitch, seed)) {
      return fitted.weight().toFloatArray();
    }
  }
}
