package io.stitchflow.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.torch.Functional;
import io.stitchflow.torch.Lane;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FisherInformationTest {
  private final Lane lane = Lane.open();

  @AfterEach
  void close() {
    lane.close();
  }

  private NDArray array(Shape shape, float... values) {
    return lane.manager().create(values, shape);
  }

  @Test
  void matrix_twoClassesOfALinearMap_isThatOfLogisticRegression() {
    // Logits (2 a - b, 0): M = E[p (1 - p)] (2, -1)(2, -1)'
    NDArray weight = array(new Shape(2, 2), 2, -1, 0, 0);
    FisherInformation fisher = new FisherInformation(lane, y -> Functional.linear(y, weight, null));
    fisher.add(array(new Shape(2, 2), 0.5f, 1, 1, -1));
    fisher.add(array(new Shape(1, 2), 0, 0));
    double certain = 1 / (1 + Math.exp(-3));
    double factor = (0.25 + certain * (1 - certain) + 0.25) / 3;
    DMatrixRMaj matrix = fisher.matrix();
    assertThat(matrix.get(0, 0)).isEqualTo(4 * factor, within(1e-6));
    assertThat(matrix.get(0, 1)).isEqualTo(-2 * factor, within(1e-6));
    assertThat(matrix.get(1, 0)).isEqualTo(-2 * factor, within(1e-6));
    assertThat(matrix.get(1, 1)).isEqualTo(factor, within(1e-6));
  }

  @Test
  void matrix_positionsOfAMap_areRows() {
    // The logit is the mean over 2 x 2 positions of the first of two channels
    NDArray weight = array(new Shape(2, 2), 1, 0, 0, 0);
    FisherInformation fisher =
        new FisherInformation(
            lane, y -> Functional.linear(Functional.globalAveragePool(y), weight, null));
    NDArray y = lane.manager().zeros(new Shape(3, 2, 2, 2));
    fisher.add(y);
    DMatrixRMaj matrix = fisher.matrix();
    // p (1 - p) / 16 at each position
    assertThat(matrix.get(0, 0)).isEqualTo(0.25 / 16, within(1e-8));
    assertThat(matrix.get(0, 1)).isZero();
    assertThat(matrix.get(1, 1)).isZero();
  }

  @Test
  void chosen_manyExamples_areEvenlySpaced() {
    int[] rows = IntStream.range(0, 2_000).map(i -> 3 * i).toArray();
    int[] ofTen = FisherInformation.chosen(rows, 10);
    // Every 7.8125th of the rows
    assertThat(ofTen).hasSize(256).startsWith(0, 21, 45).endsWith(5_976).isSorted();
    assertThat(FisherInformation.chosen(rows, 32)).hasSize(128);
    assertThat(FisherInformation.chosen(rows, 256)).hasSize(64);
    assertThat(FisherInformation.chosen(Arrays.copyOf(rows, 400), 10)).hasSize(100);
    assertThat(FisherInformation.chosen(Arrays.copyOf(rows, 100), 10)).hasSize(64);
    assertThat(FisherInformation.chosen(new int[] {4, 2}, 256)).containsExactly(4, 2);
    assertThat(FisherInformation.chosen(new int[0], 10)).isEmpty();
  }
}
