package io.stitchflow.report.cells;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class RegionTest {
  @Test
  void region_squareMatrix_isSplitByTheDiagonal() {
    assertThat(drawn(3, 3)).isEqualTo("DUU/LDU/LLD");
  }

  @Test
  void region_receiverOfTwiceTheBlocks_hasEverySecondColumnOnTheDiagonal() {
    assertThat(drawn(3, 5)).isEqualTo("DUUUU/LLDUU/LLLLD");
  }

  @Test
  void region_senderOfTwiceTheBlocks_isTheMirrorImage() {
    assertThat(drawn(5, 3)).isEqualTo("DUU/LUU/LDU/LLU/LLD");
  }

  @Test
  void region_unevenDepths_givesEachCutOfTheShallowerOneADiagonalCell() {
    // Depths 0, 1/4, 1/2, 3/4, 1 against 0, 1/6, 1/3, 1/2, 2/3, 5/6, 1; half a step is 1/12
    assertThat(drawn(5, 7)).isEqualTo("DUUUUUU/LDDUUUU/LLLDUUU/LLLLDDU/LLLLLLD");
  }

  @Test
  void region_resnet18ToResnet34_hasNineDiagonalCells() {
    assertThat(drawn(9, 17).chars().filter(letter -> letter == 'D').count()).isEqualTo(9);
  }

  private static String drawn(int senderCuts, int receiverCuts) {
    return IntStream.range(0, senderCuts)
        .mapToObj(
            i ->
                IntStream.range(0, receiverCuts)
                    .mapToObj(j -> Region.of(i, senderCuts, j, receiverCuts).name().substring(0, 1))
                    .collect(Collectors.joining()))
        .collect(Collectors.joining("/"));
  }
}
