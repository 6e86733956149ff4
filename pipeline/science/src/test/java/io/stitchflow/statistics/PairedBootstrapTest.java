package io.stitchflow.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PairedBootstrapTest {
  private static final int EXAMPLES = 40;

  @Test
  void interval_ofAMean_isThatOfResamplesOneByOne() {
    double[] values = noise(1);
    SplittableRandom random = new SplittableRandom(1);
    double[] means = new double[1000];
    for (int i = 0; i < means.length; i++) {
      for (int j = 0; j < EXAMPLES; j++) {
        means[i] += values[random.nextInt(EXAMPLES)] / EXAMPLES;
      }
    }
    Arrays.sort(means);
    PairedBootstrap.Interval interval =
        PairedBootstrap.of(List.of(noise(2), values)).interval(sums -> sums[1] / EXAMPLES);
    assertThat(interval.low()).isEqualTo(means[25], within(1e-12));
    assertThat(interval.high()).isEqualTo(means[974], within(1e-12));
  }

  @Test
  void interval_ofAMeanOfManyExamples_isThatOfTheNormalDistribution() {
    double[] coins = new double[10_000];
    for (int i = 0; i < coins.length; i++) {
      coins[i] = i % 2;
    }
    PairedBootstrap.Interval interval =
        PairedBootstrap.of(List.of(coins)).interval(sums -> sums[0] / coins.length);
    // 1.96 standard errors of 0.005
    assertThat(interval.low()).isEqualTo(0.4902, within(1e-3));
    assertThat(interval.high()).isEqualTo(0.5098, within(1e-3));
  }

  @Test
  void interval_ofEqualMeasures_differByNothing() {
    double[] values = noise(3);
    PairedBootstrap.Interval interval =
        PairedBootstrap.of(List.of(values, values)).interval(sums -> sums[0] - sums[1]);
    assertThat(interval).isEqualTo(new PairedBootstrap.Interval(0, 0));
  }

  @Test
  void interval_undefinedInOneResample_isNotANumber() {
    double[] values = new double[EXAMPLES];
    values[0] = 1;
    // Some of 1,000 resamples miss the only example that is not 0
    PairedBootstrap.Interval interval =
        PairedBootstrap.of(List.of(values)).interval(sums -> Math.log(sums[0]) * 0);
    assertThat(interval.low()).isNaN();
    assertThat(interval.high()).isNaN();
  }

  private static double[] noise(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return random.doubles(EXAMPLES).toArray();
  }
}
