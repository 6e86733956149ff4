package io.stitchflow.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LearningRateTest {
  @Test
  void at_warmup_risesToThePeakThenFallsToZero() {
    LearningRate rate = new LearningRate(0.4, 0.2, 20);
    assertThat(rate.at(0)).isEqualTo(0.1);
    assertThat(rate.at(3)).isEqualTo(0.4);
    assertThat(rate.at(4)).isEqualTo(0.4);
    assertThat(rate.at(12)).isEqualTo(0.2, within(1e-15));
    assertThat(rate.at(20)).isZero();
  }

  @Test
  void at_noWarmup_startsAtThePeak() {
    assertThat(new LearningRate(0.4, 0, 20).at(0)).isEqualTo(0.4);
  }

  @Test
  void learningRate_warmupOfAllSteps_isRefused() {
    assertThatThrownBy(() -> new LearningRate(0.4, 1, 20)).hasMessageContaining("1.0");
  }
}
