package io.stitchflow.stitch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.stitchflow.artifacts.tensor.Dtype;
import io.stitchflow.artifacts.tensor.Safetensors;
import io.stitchflow.artifacts.tensor.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MomentsTest {
  private static final double TOLERANCE = 1e-12;

  @TempDir Path directory;
  private Bench bench = new Bench(Path.of(""));

  @BeforeEach
  void makeBench() {
    bench = new Bench(directory);
  }

  @Test
  void moments_twoPositions_areTheSumsByHand() throws IOException {
    // One example; x~ = (1, 3, 1), (2, 4, 1), and (0, 0, 1) twice; y = 10, 20, 0, 0
    Path sender = bench.representation(List.of(2, 2, 2), 1, 2, 0, 0, 3, 4, 0, 0);
    Path receiver = bench.representation(List.of(1, 2, 2), 10, 20, 0, 0);
    SafetensorsFile gram = gram(sender, 1);
    assertThat(gram.get("gram").shape()).containsExactly(3, 3);
    assertThat(gram.get("gram").dtype()).isEqualTo(Dtype.F64);
    assertThat(MomentFile.read(gram, "gram")).containsExactly(5, 11, 3, 11, 25, 7, 3, 7, 4);
    SafetensorsFile cross = cross(sender, receiver);
    assertThat(cross.get("cross").shape()).containsExactly(3, 1);
    assertThat(MomentFile.read(cross, "cross")).containsExactly(50, 110, 30);
    assertThat(cross.get("sum").shape()).containsExactly(1);
    assertThat(MomentFile.read(cross, "sum")).containsExactly(30);
    assertThat(cross.get("square").shape()).isEmpty();
    assertThat(MomentFile.read(cross, "square")).containsExactly(500);
    assertThat(MomentFile.read(cross, "block_square")).containsExactly(500);
    assertThat(MomentFile.read(cross, "positions")).containsExactly(4);
  }

  @Test
  void moments_upsampled_countEachInputForItsBlock() throws IOException {
    // x = 3 serves the block 1, 2, 3, 6: its sum is 12, its mean 3
    Path sender = bench.representation(List.of(1, 1, 1), 3);
    Path receiver = bench.representation(List.of(1, 2, 2), 1, 2, 3, 6);
    SafetensorsFile cross = cross(sender, receiver);
    assertThat(MomentFile.read(cross, "cross")).containsExactly(36, 12);
    assertThat(MomentFile.read(cross, "square")).containsExactly(50);
    assertThat(MomentFile.read(cross, "block_square")).containsExactly(36);
    assertThat(MomentFile.read(cross, "positions")).containsExactly(4);
  }

  @Test
  void moments_strided_orderPatchesAsTheWeightHasThem() throws IOException {
    // Two channels of 2x2 become one position: channel, row, column
    Path sender = bench.representation(List.of(2, 2, 2), 1, 2, 3, 4, 5, 6, 7, 8);
    Path receiver = bench.representation(List.of(1, 1, 1), 1);
    assertThat(MomentFile.read(cross(sender, receiver), "cross"))
        .containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 1);
    assertThat(MomentFile.read(gram(sender, 2), "gram")).hasSize(81).startsWith(1, 2, 3, 4);
  }

  @Test
  void solve_affineTarget_findsTheMap() {
    Random random = new Random(1);
    double[][] x = new double[50][];
    double[][] y = new double[50][];
    for (int i = 0; i < x.length; i++) {
      x[i] = new double[] {random.nextGaussian(), 1e4 * random.nextGaussian(), 1};
      y[i] = new double[] {2 * x[i][0] - x[i][1] + 7, x[i][1]};
    }
    Moments moments = moments(x, y);
    DMatrixRMaj w = moments.solve(TOLERANCE);
    assertThat(w.data).containsExactly(new double[] {2, 0, -1, 1, 7, 0}, within(1e-6));
    assertThat(moments.meanSquaredError(w)).isEqualTo(0, within(1e-5));
  }

  @Test
  void solve_deadAndDuplicatedChannels_isTheShortestSolution() {
    Random random = new Random(2);
    double[][] x = new double[50][];
    double[][] y = new double[50][];
    for (int i = 0; i < x.length; i++) {
      double value = random.nextGaussian();
      x[i] = new double[] {value, 0, value, 1};
      y[i] = new double[] {3 * value + 1};
    }
    DMatrixRMaj w = moments(x, y).solve(TOLERANCE);
    // Nothing for the dead one, half for each of the equal ones
    assertThat(w.data).containsExactly(new double[] {1.5, 0, 1.5, 1}, within(1e-9));
  }

  @Test
  void solve_nothingButDeadChannels_isTheMean() {
    double[][] x = {{0, 1}, {0, 1}};
    double[][] y = {{2}, {4}};
    assertThat(moments(x, y).solve(TOLERANCE).data)
        .containsExactly(new double[] {0, 3}, within(1e-12));
  }

  @Test
  void solve_overflowedMoments_saysWhatToDo() {
    Moments moments = moments(new double[][] {{Double.POSITIVE_INFINITY, 1}}, new double[][] {{1}});
    assertThatThrownBy(() -> moments.solve(TOLERANCE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("FLOAT32");
  }

  @Test
  void meanSquaredError_anyMap_isThatOfTheData() {
    double[][] x = {{1, 1}, {2, 1}, {5, 1}};
    double[][] y = {{1}, {1}, {3}};
    // 2x - 1 gives 1, 3, 9: (0 + 4 + 36) / 3
    assertThat(moments(x, y).meanSquaredError(new DMatrixRMaj(new double[][] {{2}, {-1}})))
        .isEqualTo(40. / 3, within(1e-12));
  }

  private static Moments moments(double[][] x, double[][] y) {
    int k = x[0].length;
    int channels = y[0].length;
    DMatrixRMaj gram = new DMatrixRMaj(k, k);
    DMatrixRMaj cross = new DMatrixRMaj(k, channels);
    double square = 0;
    for (int row = 0; row < x.length; row++) {
      for (int i = 0; i < k; i++) {
        for (int j = 0; j < k; j++) {
          gram.add(i, j, x[row][i] * x[row][j]);
        }
        for (int j = 0; j < channels; j++) {
          cross.add(i, j, x[row][i] * y[row][j]);
        }
      }
      for (int j = 0; j < channels; j++) {
        square += y[row][j] * y[row][j];
      }
    }
    return new Moments(gram, cross, square, (double) x.length * channels);
  }

  private SafetensorsFile gram(Path sender, int patch) throws IOException {
    Cells cells = cells(sender, sender);
    return Safetensors.read(
        bench.execute(new CollectGramExecutor(), cells.gram("cut", patch)).resolve("moments"));
  }

  private SafetensorsFile cross(Path sender, Path receiver) throws IOException {
    Cells cells = cells(sender, receiver);
    return Safetensors.read(
        bench
            .execute(new CollectCrossMomentsExecutor(), cells.cross("cut", "cut"))
            .resolve("moments"));
  }

  private Cells cells(Path sender, Path receiver) {
    return new Cells(bench, Subject.at("cut", sender), Subject.at("cut", receiver));
  }
}
