package io.stitchflow.stitch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.torch.Lane;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One channel of one example, whose numbers are 0, 1, 2, ... in the order of the positions. */
class ResamplingTest {
  private final Lane lane = Lane.open();

  @AfterEach
  void close() {
    lane.close();
  }

  @Test
  void apply_vector_isCopiedToEachPosition() {
    assertThat(resample(List.of(), List.of(2, 2))).containsExactly(0, 0, 0, 0);
    assertThat(resample(List.of(), List.of(3, 1))).containsExactly(0, 0, 0);
  }

  @Test
  void apply_largerMap_isMeans() {
    assertThat(resample(List.of(4, 4), List.of(2, 2))).containsExactly(2.5f, 4.5f, 10.5f, 12.5f);
    assertThat(resample(List.of(4, 2), List.of(2, 2))).containsExactly(1, 2, 5, 6);
  }

  @Test
  void apply_smallerMap_isCopies() {
    assertThat(resample(List.of(1, 2), List.of(2, 4))).containsExactly(0, 0, 1, 1, 0, 0, 1, 1);
    assertThat(resample(List.of(4, 1), List.of(2, 2))).containsExactly(0, 1, 2, 3);
  }

  /** Tokens of a 2 x 2 map, row by row. */
  @Test
  void apply_squareOfTokensIntoAMap_dropsTheClassToken() {
    assertThat(resample(List.of(4, 1), List.of(1, 1))).containsExactly(1.5f);
    assertThat(resample(List.of(5, 1), List.of(2, 2))).containsExactly(1, 2, 3, 4);
    assertThat(resample(List.of(5, 1), List.of(4, 4)))
        .containsExactly(1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4);
  }

  @Test
  void apply_mapIntoTokens_makesTheClassTokenOfTheMean() {
    assertThat(resample(List.of(2, 2), List.of(4, 1))).containsExactly(0, 1, 2, 3);
    assertThat(resample(List.of(2, 2), List.of(5, 1))).containsExactly(1.5f, 0, 1, 2, 3);
    assertThat(resample(List.of(), List.of(5, 1))).containsExactly(0, 0, 0, 0, 0);
  }

  @Test
  void apply_classTokenIntoTokensWithOne_staysTheClassToken() {
    assertThat(resample(List.of(17, 1), List.of(5, 1)))
        .containsExactly(0, 3.5f, 5.5f, 11.5f, 13.5f);
    assertThat(resample(List.of(16, 1), List.of(5, 1)))
        .containsExactly(7.5f, 2.5f, 4.5f, 10.5f, 12.5f);
    assertThat(resample(List.of(17, 1), List.of(4, 1))).containsExactly(3.5f, 5.5f, 11.5f, 13.5f);
  }

  @Test
  void apply_otherSequences_areResampledAlongTheirLength() {
    assertThat(resample(List.of(6, 1), List.of(3, 1))).containsExactly(0.5f, 2.5f, 4.5f);
    assertThat(resample(List.of(3, 1), List.of(6, 1))).containsExactly(0, 0, 1, 1, 2, 2);
  }

  @Test
  void between_noWholeMultiple_isNull() {
    assertThat(Resampling.between(List.of(6, 6), List.of(4, 4))).isNull();
    assertThat(Resampling.between(List.of(7, 1), List.of(3, 1))).isNull();
    assertThat(Resampling.between(List.of(15, 1), List.of(4, 4))).isNull();
  }

  private float[] resample(List<Integer> from, List<Integer> to) {
    int positions = from.stream().reduce(1, Math::multiplyExact);
    NDArray x = lane.manager().arange((float) positions);
    long[] shape = {1, 1};
    Shape sides = new Shape(from.stream().mapToLong(Integer::longValue).toArray());
    NDArray y =
        Objects.requireNonNull(Resampling.between(from, to))
            .apply(x.reshape(new Shape(shape).addAll(sides)));
    assertThat(y.getShape()).isEqualTo(new Shape(1, 1, to.get(0), to.get(1)));
    return y.toFloatArray();
  }
}
