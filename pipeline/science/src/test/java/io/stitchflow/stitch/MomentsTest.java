package io.stitchflow.stitch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stitchflow.network.CutPoint;
import io.stitchflow.tensors.Dtype;
import io.stitchflow.tensors.Safetensors;
import io.stitchflow.tensors.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MomentsTest {
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
    SafetensorsFile gram = gram(sender, List.of(1, 1));
    assertThat(gram.get("gram").shape()).containsExactly(2, 3, 3);
    assertThat(gram.get("gram").dtype()).isEqualTo(Dtype.F64);
    assertThat(MomentFile.read(gram, "gram"))
        .containsExactly(heldOutZero(5, 11, 3, 11, 25, 7, 3, 7, 4));
    SafetensorsFile cross = cross(sender, receiver);
    assertThat(cross.get("cross").shape()).containsExactly(2, 3, 1);
    assertThat(MomentFile.read(cross, "cross")).containsExactly(heldOutZero(50, 110, 30));
    assertThat(cross.get("sum").shape()).containsExactly(2, 1);
    assertThat(MomentFile.read(cross, "sum")).containsExactly(30, 0);
    assertThat(cross.get("square").shape()).containsExactly(2);
    assertThat(MomentFile.read(cross, "square")).containsExactly(500, 0);
    assertThat(MomentFile.read(cross, "block_square")).containsExactly(500, 0);
    assertThat(MomentFile.read(cross, "positions")).containsExactly(4, 0);
  }

  @Test
  void moments_upsampled_countEachInputForItsBlock() throws IOException {
    // x = 3 serves the block 1, 2, 3, 6: its sum is 12, its mean 3
    Path sender = bench.representation(List.of(1, 1, 1), 3);
    Path receiver = bench.representation(List.of(1, 2, 2), 1, 2, 3, 6);
    SafetensorsFile cross = cross(sender, receiver);
    assertThat(MomentFile.read(cross, "cross")).containsExactly(36, 12, 0, 0);
    assertThat(MomentFile.read(cross, "square")).containsExactly(50, 0);
    assertThat(MomentFile.read(cross, "block_square")).containsExactly(36, 0);
    assertThat(MomentFile.read(cross, "positions")).containsExactly(4, 0);
  }

  @Test
  void moments_strided_orderWindowsAsTheWeightHasThem() throws IOException {
    // Two channels of 2x2 become one position: channel, row, column
    Path sender = bench.representation(List.of(2, 2, 2), 1, 2, 3, 4, 5, 6, 7, 8);
    Path receiver = bench.representation(List.of(1, 1, 1), 1);
    assertThat(MomentFile.read(cross(sender, receiver), "cross"))
        .containsExactly(heldOutZero(1, 2, 3, 4, 5, 6, 7, 8, 1));
    assertThat(MomentFile.read(gram(sender, List.of(2, 2)), "gram"))
        .hasSize(2 * 81)
        .startsWith(1, 2, 3, 4);
  }

  @Test
  void moments_everyFifthExample_isHeldOutInBothStages() throws IOException {
    // x = 1, 2, 4, ...; y = -x: examples 4 and 9 are 16 and 512
    float[] x = new float[11];
    float[] y = new float[11];
    for (int i = 0; i < x.length; i++) {
      x[i] = 1 << i;
      y[i] = -x[i];
    }
    Path sender = bench.representation(List.of(1), x);
    Path receiver = bench.representation(List.of(1), y);
    Stitch stitch =
        Stitch.between(new CutPoint("cut", List.of(1)), new CutPoint("cut", List.of(1)));
    SplitMoments moments =
        SplitMoments.read(stitch, gramFile(sender, List.of()), crossFile(sender, receiver));
    assertThat(moments.heldOut().gram().data)
        .containsExactly(16 * 16 + 512 * 512, 16 + 512, 16 + 512, 2);
    assertThat(moments.heldOut().cross().data).containsExactly(-16 * 16 - 512 * 512, -16 - 512);
    assertThat(moments.fit().gram().get(0, 1)).isEqualTo(2047 - 528);
    assertThat(moments.fit().cross().get(1, 0)).isEqualTo(-2047 + 528);
    assertThat(moments.fit().positions()).isEqualTo(9);
    assertThat(moments.total().gram().get(0, 1)).isEqualTo(2047);
    assertThat(moments.total().square()).isEqualTo(((1 << 22) - 1) / 3.);
  }

  @Test
  void meanSquaredError_anyMap_isThatOfTheData() {
    double[][] x = {{1, 1}, {2, 1}, {5, 1}};
    double[][] y = {{1}, {1}, {3}};
    // 2x - 1 gives 1, 3, 9: (0 + 4 + 36) / 3
    assertThat(moments(x, y).meanSquaredError(new DMatrixRMaj(new double[][] {{2}, {-1}})))
        .isEqualTo(40. / 3, within(1e-12));
  }

  @Test
  void variance_anyTarget_isAboutTheChannelsMeans() {
    // Channels 1, 3 and 2, 6
    assertThat(moments(new double[][] {{1}, {1}}, new double[][] {{1, 2}, {3, 6}}).variance())
        .isEqualTo((1 + 4) / 2., within(1e-12));
  }

  /** Sums of rows x~ and y; x~ ends in 1. */
  static Moments moments(double[][] x, double[][] y) {
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
    return new Moments(gram, cross, square);
  }

  /** The sums of one part, then as many zeros. */
  private static double[] heldOutZero(double... sums) {
    return Arrays.copyOf(sums, 2 * sums.length);
  }

  private SafetensorsFile gram(Path sender, List<Integer> window) throws IOException {
    return Safetensors.read(gramFile(sender, window));
  }

  private Path gramFile(Path sender, List<Integer> window) throws IOException {
    Cells cells = cells(sender, sender);
    return bench.execute(new CollectGramExecutor(), cells.gram("cut", window)).resolve("moments");
  }

  private SafetensorsFile cross(Path sender, Path receiver) throws IOException {
    return Safetensors.read(crossFile(sender, receiver));
  }

  private Path crossFile(Path sender, Path receiver) throws IOException {
    Cells cells = cells(sender, receiver);
    return bench
        .execute(new CollectCrossMomentsExecutor(), cells.cross("cut", "cut"))
        .resolve("moments");
  }

  private Cells cells(Path sender, Path receiver) {
    return new Cells(bench, Subject.at("cut", sender), Subject.at("cut", receiver));
  }
}
