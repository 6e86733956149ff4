package io.stitchflow.report.cells;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Chance is 0.1 and the receiver has 0.9, so that a stitch works from 0.74. */
final class VerdictTest {
  private static final long MANY = 1_000_000;

  @Test
  void works_from80PercentOfWhatIsAboveChance() {
    assertThat(verdict(0.738, MANY, 0, 0.9, 0.9)).isEqualTo(Verdict.FAILS);
    assertThat(verdict(0.742, MANY, 0, 0.9, 0.9)).isEqualTo(Verdict.MATCHES);
  }

  @Test
  void works_intervalHoldsTheThreshold_isTooCloseToCall() {
    // About 0.74 ± 0.086 of 100 examples
    assertThat(verdict(0.742, 100, 0, 0.9, 0.9)).isEqualTo(Verdict.UNDECIDED);
    assertThat(verdict(0.738, 100, 0, 0.9, 0.9)).isEqualTo(Verdict.UNDECIDED);
    assertThat(verdict(0.85, 100, 0, 0.9, 0.9)).isEqualTo(Verdict.MATCHES);
    assertThat(verdict(0.6, 100, 0, 0.9, 0.9)).isEqualTo(Verdict.FAILS);
  }

  @Test
  void matches_byTheShareOfTheCopysR2() {
    assertThat(verdict(0.9, MANY, 0, 0.55, 0.6)).isEqualTo(Verdict.MATCHES);
    assertThat(verdict(0.9, MANY, 0, 0.5, 0.6)).isEqualTo(Verdict.PARTLY);
    assertThat(verdict(0.9, MANY, 0, 0.29, 0.6)).isEqualTo(Verdict.DIFFERS);
    assertThat(verdict(0.9, MANY, 0, -137., 0.6)).isEqualTo(Verdict.DIFFERS);
  }

  @Test
  void noCopy_whereNoTestedCopyMatches() {
    assertThat(verdict(0.9, MANY, 0, 0.09, 0.09)).isEqualTo(Verdict.NO_COPY);
    assertThat(Verdict.NO_COPY.text()).isEqualTo("works where no tested copy matches");
  }

  @Test
  void notConverged_whereABetterStitchIsKnown() {
    assertThat(verdict(0.9, MANY, 1e-6, 0.9, 0.9)).isEqualTo(Verdict.NOT_CONVERGED);
    assertThat(verdict(0.1, MANY, Double.POSITIVE_INFINITY, null, 0.9))
        .isEqualTo(Verdict.NOT_CONVERGED);
    assertThat(verdict(0.9, MANY, -1e-6, 0.9, 0.9)).isEqualTo(Verdict.MATCHES);
  }

  @Test
  void noBaseline_whereTheReceiverIsNotClearlyAboveTheMajorityClass() {
    Chance nineOfTen = new Chance(0.9);
    assertThat(Verdict.of(new Evidence(0.9, 0.9, 1000, 0., 0.9, 0.9), nineOfTen))
        .isEqualTo(Verdict.NO_BASELINE);
    // Above by a margin, but of 20 examples only: 0.96 is within 0.9's reach
    assertThat(Verdict.of(new Evidence(0.96, 0.96, 20, 0., 0.9, 0.9), nineOfTen))
        .isEqualTo(Verdict.NO_BASELINE);
    // Beyond doubt, but by less than the margin
    assertThat(Verdict.of(new Evidence(0.94, 0.94, MANY, 0., 0.9, 0.9), nineOfTen))
        .isEqualTo(Verdict.NO_BASELINE);
    assertThat(Verdict.of(new Evidence(0.99, 0.99, 10_000, 0., 0.9, 0.9), nineOfTen))
        .isEqualTo(Verdict.MATCHES);
  }

  @Test
  void unknown_whereANumberIsMissing() {
    assertThat(verdict(null, MANY, 0, 0.9, 0.9)).isEqualTo(Verdict.UNKNOWN);
    assertThat(verdict(0.9, MANY, 0, null, 0.9)).isEqualTo(Verdict.UNKNOWN);
    Evidence withoutGap = new Evidence(0.9, 0.9, MANY, null, 0.9, 0.9);
    assertThat(Verdict.of(withoutGap, Fixtures.TEN_CLASSES)).isEqualTo(Verdict.UNKNOWN);
  }

  private static Verdict verdict(
      @Nullable Double vanilla,
      long examples,
      double gap,
      @Nullable Double r2Vanilla,
      @Nullable Double r2Copy) {
    Double matched = r2Vanilla == null || r2Copy == null ? null : (Double) (r2Vanilla / r2Copy);
    return Verdict.of(
        new Evidence(vanilla, 0.9, examples, gap, r2Copy, matched), Fixtures.TEN_CLASSES);
  }
}
