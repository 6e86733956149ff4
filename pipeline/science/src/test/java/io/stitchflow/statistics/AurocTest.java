package io.stitchflow.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AurocTest {
  @Test
  void of_scoresByHand_isTheShareOfPairsInOrder() {
    // (1, 2), (1, 4), (3, 4) of 4 pairs
    assertThat(Auroc.of(new double[] {3, 1}, new double[] {2, 4})).isEqualTo(0.75);
    assertThat(Auroc.of(new double[] {1, 2}, new double[] {5, 3})).isEqualTo(1);
    assertThat(Auroc.of(new double[] {5, 3}, new double[] {1, 2, 0})).isZero();
    // one pair of two is equal
    assertThat(Auroc.of(new double[] {1}, new double[] {1, 2})).isEqualTo(0.75);
  }

  @Test
  void of_scoresWithTies_isThatOfAllPairs() {
    long seed = 3;
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 50; round++) {
      double[] negatives = draw(random);
      double[] positives = draw(random);
      double pairs = 0;
      for (double low : negatives) {
        for (double high : positives) {
          pairs += low < high ? 1 : low == high ? 0.5 : 0;
        }
      }
      assertThat(Auroc.of(negatives, positives))
          .as("seed %s, round %s", seed, round)
          .isEqualTo(pairs / negatives.length / positives.length, within(1e-12));
      assertThat(Auroc.of(negatives, negatives)).isEqualTo(0.5);
    }
  }

  private static double[] draw(SplittableRandom random) {
    double[] scores = new double[1 + random.nextInt(30)];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = random.nextInt(10) / 4.;
    }
    return scores;
  }

  @Test
  void of_scoresUndefinedOrMissing_isUndefined() {
    assertThat(Auroc.of(new double[] {1, Double.NaN}, new double[] {2})).isNaN();
    assertThat(Auroc.of(new double[] {1}, new double[] {Double.NaN, 2})).isNaN();
    assertThat(Auroc.of(new double[] {}, new double[] {2})).isNaN();
    assertThat(Auroc.of(new double[] {1}, new double[] {Double.POSITIVE_INFINITY})).isEqualTo(1);
  }
}
