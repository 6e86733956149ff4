package io.stitchflow.report.cells;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class StudentTTest {
  @Test
  void quantile_one_isThatOfCauchy() {
    // tan(0.475 pi)
    assertThat(StudentT.quantile975(1)).isEqualTo(Math.tan(0.475 * Math.PI), within(5e-4));
  }

  @Test
  void quantile_two_isItsClosedForm() {
    // (2p - 1) sqrt(2 / (4p(1 - p))) with p = 0.975
    assertThat(StudentT.quantile975(2))
        .isEqualTo(0.95 * Math.sqrt(2 / (4 * 0.975 * 0.025)), within(5e-4));
  }

  @Test
  void quantile_beyondTheTable_isThatOfOtherTables() {
    assertThat(StudentT.quantile975(31)).isEqualTo(2.0395, within(2e-4));
    assertThat(StudentT.quantile975(60)).isEqualTo(2.0003, within(1e-4));
    assertThat(StudentT.quantile975(1000)).isEqualTo(1.9623, within(1e-4));
  }

  @Test
  void quantile_noDegrees_isRefused() {
    assertThatThrownBy(() -> StudentT.quantile975(0)).hasMessageContaining("but were: 0");
  }

  @Test
  void halfInterval_threeNumbers_isByHand() {
    Sample sample = new Sample();
    sample.add(1);
    assertThat(sample.halfInterval()).isZero();
    sample.add(2);
    sample.add(3);
    // deviation 1, 4.303 / sqrt 3
    assertThat(sample.halfInterval()).isEqualTo(4.303 / Math.sqrt(3), within(1e-12));
  }
}
