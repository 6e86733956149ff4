package io.stitchflow.stitch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.network.CutPoint;
import io.stitchflow.torch.Lane;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResamplingTest {
  private static final int EXAMPLES = 30;
  private static final float[][] WEIGHT = {{1, -2}, {0.5f, 3}, {-1, 0.25f}};

  @TempDir Path directory;
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

  /** Tokens, class token first, that are an affine map of the positions and of their mean. */
  @Test
  void copy_mapIntoTokensThatAreAffineInIt_isExact() throws IOException {
    float[] map = noise(EXAMPLES * 2 * 16);
    float[] tokens = new float[EXAMPLES * 3 * 17];
    for (int example = 0; example < EXAMPLES; example++) {
      for (int out = 0; out < 3; out++) {
        for (int position = 0; position < 16; position++) {
          float value = out + 1;
          for (int in = 0; in < 2; in++) {
            value += WEIGHT[out][in] * map[(example * 2 + in) * 16 + position];
          }
          tokens[(example * 3 + out) * 17 + 1 + position] = value;
          tokens[(example * 3 + out) * 17] += value / 16;
        }
      }
    }
    assertCopies(List.of(2, 4, 4), map, List.of(3, 17, 1), tokens);
    // no class token but the mean
    for (int token = 0; token < tokens.length; token += 17) {
      tokens[token] = token % 5;
    }
    assertThat(worstError(List.of(2, 4, 4), map, List.of(3, 17, 1), tokens)).isGreaterThan(0.5f);
  }

  /** A map that is an affine map of the tokens after the class token. */
  @Test
  void copy_tokensIntoAMapThatIsAffineInThem_isExact() throws IOException {
    float[] tokens = noise(EXAMPLES * 2 * 17);
    float[] map = new float[EXAMPLES * 3 * 16];
    for (int example = 0; example < EXAMPLES; example++) {
      for (int out = 0; out < 3; out++) {
        for (int position = 0; position < 16; position++) {
          float value = out + 1;
          for (int in = 0; in < 2; in++) {
            value += WEIGHT[out][in] * tokens[(example * 2 + in) * 17 + 1 + position];
          }
          map[(example * 3 + out) * 16 + position] = value;
        }
      }
    }
    assertCopies(List.of(2, 17, 1), tokens, List.of(3, 4, 4), map);
  }

  @Test
  void copy_vectorIntoAMapThatHasItEverywhere_isExact() throws IOException {
    float[] vector = noise(EXAMPLES * 2);
    float[] map = new float[EXAMPLES * 3 * 4];
    for (int i = 0; i < map.length; i++) {
      int example = i / 12;
      float[] weight = WEIGHT[i / 4 % 3];
      map[i] = 1 + weight[0] * vector[example * 2] + weight[1] * vector[example * 2 + 1];
    }
    assertCopies(List.of(2), vector, List.of(3, 2, 2), map);
  }

  private void assertCopies(List<Integer> from, float[] x, List<Integer> to, float[] y)
      throws IOException {
    assertThat(worstError(from, x, to, y)).isLessThan(1e-3f);
  }

  /** Of the least-squares copy, on the examples that it learns from. */
  private float worstError(List<Integer> from, float[] x, List<Integer> to, float[] y)
      throws IOException {
    Bench bench = new Bench(Files.createTempDirectory(directory, "bench"));
    Path sent = bench.representation(from, x);
    Path expected = bench.representation(to, y);
    Cells cells = new Cells(bench, Subject.at("cut", sent), Subject.at("cut", expected));
    try (FrozenStitch copy =
        FrozenStitch.load(
            lane, new CutPoint("cut", from), new CutPoint("cut", to), cells.copy("cut", "cut"))) {
      assertThat(copy.stitch().family().name()).isEqualTo("resampled");
      NDArray input = lane.manager().create(x, ColumnTrainer.shape(EXAMPLES, from));
      NDArray output = lane.manager().create(y, ColumnTrainer.shape(EXAMPLES, to));
      return copy.apply(input).sub(output).abs().max().getFloat();
    }
  }

  private static float[] noise(int numbers) {
    Random random = new Random(5);
    float[] noise = new float[numbers];
    for (int i = 0; i < numbers; i++) {
      noise[i] = (float) random.nextGaussian();
    }
    return noise;
  }

  /** Of one channel of one example, whose numbers are 0, 1, 2, ... in the order of positions. */
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
