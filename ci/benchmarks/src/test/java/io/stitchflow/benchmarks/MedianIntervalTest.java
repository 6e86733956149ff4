package io.stitchflow.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MedianIntervalTest {
  private static final long SEED = 7;

  private static List<Double> upTo(int count) {
    return IntStream.rangeClosed(1, count).mapToObj(i -> (double) i).toList();
  }

  @Test
  void of_fiveValues_hasNoInterval() {
    MedianInterval interval = MedianInterval.of(upTo(5));

    assertThat(interval.median()).isEqualTo(3);
    assertThat(interval.low()).isNaN();
    assertThat(interval.relativeHalfWidth()).isInfinite();
  }

  /** Ranks of the tables of the sign test, such as Conover 1999, table A3. */
  @Test
  void of_moreValues_endsAtTheRanksOfTheSignTest() {
    assertThat(ends(6)).containsExactly(1., 6.);
    assertThat(ends(9)).containsExactly(2., 8.);
    assertThat(ends(10)).containsExactly(2., 9.);
    assertThat(ends(20)).containsExactly(6., 15.);
    assertThat(ends(100)).containsExactly(40., 61.);
  }

  private static List<Double> ends(int count) {
    MedianInterval interval = MedianInterval.of(upTo(count));
    return List.of(interval.low(), interval.high());
  }

  @Test
  void of_evenCount_isTheMeanOfTheMiddle() {
    MedianInterval interval = MedianInterval.of(List.of(8., 1., 2., 4., 3., 9.));

    assertThat(interval.median()).isEqualTo(3.5);
    assertThat(interval.relativeHalfWidth()).isEqualTo(4 / 3.5, within(1e-12));
  }

  @Test
  void of_randomSamples_containsTheMedianInNinetyFivePercent() {
    SplittableRandom random = new SplittableRandom(SEED);
    int samples = 4000;
    int missed = 0;
    for (int i = 0; i < samples; i++) {
      List<Double> values = new ArrayList<>();
      for (int j = 0; j < 15; j++) {
        values.add(random.nextDouble());
      }
      MedianInterval interval = MedianInterval.of(values);
      missed += interval.low() > 0.5 || interval.high() < 0.5 ? 1 : 0;
    }
    // Exactly 3.5 %: P(Binomial(15, 1/2) < 4) twice
    assertThat((double) missed / samples).isBetween(0.025, 0.045);
  }

  @Test
  void of_nan_isRefused() {
    assertThatThrownBy(() -> MedianInterval.of(List.of(1., Double.NaN)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("NaN");
  }
}
