package io.stitchflow.report.cells;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class StatisticTest {
  @Test
  void mean_oneSeed_hasNoBounds() {
    assertThat(Statistic.mean(sample(0.8))).isEqualTo(Estimate.of(0.8));
    assertThat(Statistic.mean(sample(0.8)).text()).isEqualTo("0.800");
  }

  @Test
  void mean_twoSeeds_hasTheirRangeAndNoInterval() {
    Estimate estimate = Statistic.mean(sample(0.875, 0.75));
    assertThat(estimate).isEqualTo(new Estimate(0.8125, 0.75, 0.875, Estimate.Bounds.RANGE));
    assertThat(estimate.text()).isEqualTo("0.812 (0.750 to 0.875)");
  }

  @Test
  void mean_intervalReachesBeyondOne_isClipped() {
    // 0.9 and 4.303 * 0.1 / sqrt 3 = 0.248 around it
    Estimate estimate = Statistic.mean(sample(0.8, 0.9, 1.0));
    assertThat(estimate.to()).isEqualTo(1);
    assertThat(estimate.text()).isEqualTo("0.900 [0.652 to 1.000]");
    assertThat(Statistic.mean(sample(0, 0.1, 0.2)).from()).isZero();
  }

  @Test
  void mean_allSeedsEqual_hasNoBounds() {
    // As a receiver's accuracy, which no stitch changes
    assertThat(Statistic.mean(sample(0.9, 0.9, 0.9))).isEqualTo(Estimate.of(0.9));
  }

  @Test
  void mean_ofNothing_isADash() {
    assertThat(Statistic.mean(new Sample()).text()).isEqualTo("–");
  }

  @Test
  void quantile_betweenTwoNumbers_isLinear() {
    assertThat(sample(4, 1, 2, 3).quantile(0.25)).isEqualTo(1.75);
    assertThat(sample(4, 1, 2, 3).median()).isEqualTo(2.5);
    assertThat(sample(3, Double.NEGATIVE_INFINITY).median()).isNegative().isInfinite();
  }

  private static Sample sample(double... values) {
    Sample sample = new Sample();
    for (double value : values) {
      sample.add(value);
    }
    return sample;
  }
}
