package io.stitchflow.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Cells by hand; the receiver has 0.90, so that a stitch works from 0.1 + 0.8 * 0.8 = 0.74. */
final class VerdictTest {
  private static final double RECEIVER = 0.9;

  @Test
  void works_from80PercentOfWhatIsAboveChance() {
    assertThat(Verdict.of(0.739, RECEIVER, 0.9, 0.9)).isEqualTo(Verdict.FAILS);
    assertThat(Verdict.of(0.741, RECEIVER, 0.9, 0.9)).isEqualTo(Verdict.MATCHES);
    assertThat(Verdict.works(0.741, RECEIVER)).isTrue();
  }

  @Test
  void matches_byTheShareOfTheCopysR2() {
    assertThat(Verdict.of(0.9, RECEIVER, 0.55, 0.6)).isEqualTo(Verdict.MATCHES);
    assertThat(Verdict.of(0.9, RECEIVER, 0.5, 0.6)).isEqualTo(Verdict.PARTLY);
    assertThat(Verdict.of(0.9, RECEIVER, 0.29, 0.6)).isEqualTo(Verdict.DIFFERS);
    assertThat(Verdict.of(0.9, RECEIVER, -137., 0.6)).isEqualTo(Verdict.DIFFERS);
  }

  @Test
  void noCopy_whereNothingOfTheShapeMatches() {
    assertThat(Verdict.of(0.9, RECEIVER, 0.09, 0.09)).isEqualTo(Verdict.NO_COPY);
  }

  @Test
  void noBaseline_whereTheReceiverIsAtChance() {
    assertThat(Verdict.of(0.4, 0.14, 0.9, 0.9)).isEqualTo(Verdict.NO_BASELINE);
  }

  @Test
  void unknown_whereANumberIsMissing() {
    assertThat(Verdict.of(null, RECEIVER, 0.9, 0.9)).isEqualTo(Verdict.UNKNOWN);
    assertThat(Verdict.of(0.9, RECEIVER, null, 0.9)).isEqualTo(Verdict.UNKNOWN);
  }
}
