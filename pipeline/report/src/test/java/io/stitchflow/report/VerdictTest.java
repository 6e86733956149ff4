package io.stitchflow.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Cells by hand; accuracies above chance: the receiver has 0.80, so a stitch works from 0.64. */
final class VerdictTest {
  private static final double RECEIVER = 0.8;

  @Test
  void works_from80PercentOfWhatIsAboveChance() {
    assertThat(Verdict.of(0.639, RECEIVER, 0.9, 0.9)).isEqualTo(Verdict.FAILS);
    assertThat(Verdict.of(0.641, RECEIVER, 0.9, 0.9)).isEqualTo(Verdict.MATCHES);
  }

  @Test
  void matches_byTheShareOfTheCopysR2() {
    assertThat(Verdict.of(0.8, RECEIVER, 0.55, 0.6)).isEqualTo(Verdict.MATCHES);
    assertThat(Verdict.of(0.8, RECEIVER, 0.5, 0.6)).isEqualTo(Verdict.PARTLY);
    assertThat(Verdict.of(0.8, RECEIVER, 0.29, 0.6)).isEqualTo(Verdict.DIFFERS);
    assertThat(Verdict.of(0.8, RECEIVER, -137., 0.6)).isEqualTo(Verdict.DIFFERS);
  }

  @Test
  void noCopy_whereNothingOfTheShapeMatches() {
    assertThat(Verdict.of(0.8, RECEIVER, 0.09, 0.09)).isEqualTo(Verdict.NO_COPY);
  }

  @Test
  void noBaseline_whereTheReceiverIsAtChance() {
    assertThat(Verdict.of(0.3, 0.04, 0.9, 0.9)).isEqualTo(Verdict.NO_BASELINE);
  }

  @Test
  void unknown_whereANumberIsMissing() {
    assertThat(Verdict.of(null, RECEIVER, 0.9, 0.9)).isEqualTo(Verdict.UNKNOWN);
    assertThat(Verdict.of(0.8, RECEIVER, null, 0.9)).isEqualTo(Verdict.UNKNOWN);
  }
}
