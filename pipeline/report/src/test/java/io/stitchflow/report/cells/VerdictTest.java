package io.stitchflow.report.cells;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Chance is 0.1; a receiver is above it from 0.15. */
final class VerdictTest {
  private static final Interval ALL = new Interval(-10, 10);

  /** A matching stitch works as well. */
  private static final Evidence GOOD =
      new Evidence(
          new Interval(0.88, 0.92),
          0.,
          new Interval(0.1, 0.12),
          0.13,
          new Interval(0.5, 0.52),
          new Interval(0.95, 0.97),
          new Interval(-0.01, 0.01));

  @Test
  void worksAsWell_whereMatchingCostsTwoPointsAtMost() {
    assertThat(cost(-0.01, 0.02)).isEqualTo(Verdict.WORKS_AS_WELL);
    assertThat(cost(0, 0)).isEqualTo(Verdict.WORKS_AS_WELL);
    assertThat(cost(0.005, 0.015)).isEqualTo(Verdict.WORKS_AS_WELL);
  }

  @Test
  void costs_whereTheWholeIntervalIsAboveNothing() {
    assertThat(cost(0.001, 0.03)).isEqualTo(Verdict.COSTS);
    assertThat(cost(0, 0.03)).isEqualTo(Verdict.UNDECIDED);
    assertThat(cost(-0.01, 0.021)).isEqualTo(Verdict.UNDECIDED);
  }

  @Test
  void nothingWorks_whereNoStitchsIntervalReachesTheThreshold() {
    assertThat(margin(-0.2, -0.1, -0.01)).isEqualTo(Verdict.NOTHING_WORKS);
    // The chosen stitch does not work, another one may
    assertThat(margin(-0.2, -0.1, 0.01)).isEqualTo(Verdict.UNDECIDED);
    assertThat(margin(-0.01, 0.01, 0.01)).isEqualTo(Verdict.UNDECIDED);
    assertThat(Verdict.NOTHING_WORKS.text()).endsWith(", as far as tested");
  }

  @Test
  void nothingMatches_whereAStitchWorksAndTheCopysR2IsBelowATenth() {
    assertThat(r2Copy(0.01, 0.09)).isEqualTo(Verdict.NOTHING_MATCHES);
    assertThat(r2Copy(0.01, 0.1)).isEqualTo(Verdict.UNDECIDED);
    assertThat(r2Copy(0.1, 0.2)).isEqualTo(Verdict.WORKS_AS_WELL);
    // It is not certain that anything works
    assertThat(verdict(with(with(GOOD, 2, new Interval(-0.01, 0.01)), 3, new Interval(0.01, 0.09))))
        .isEqualTo(Verdict.UNDECIDED);
    assertThat(Verdict.NOTHING_MATCHES.text()).endsWith(", as far as tested");
  }

  @Test
  void matching_notCertainOnTestExamples_isTooCloseToCall() {
    assertThat(verdict(with(GOOD, 4, new Interval(0.89, 0.95)))).isEqualTo(Verdict.UNDECIDED);
    assertThat(verdict(with(GOOD, 4, new Interval(0.9, 0.95)))).isEqualTo(Verdict.WORKS_AS_WELL);
  }

  @Test
  void notConverged_whereABetterStitchIsKnown() {
    assertThat(verdict(gap(1e-6))).isEqualTo(Verdict.NOT_CONVERGED);
    assertThat(verdict(gap(Double.POSITIVE_INFINITY))).isEqualTo(Verdict.NOT_CONVERGED);
    assertThat(verdict(gap(-1e-6))).isEqualTo(Verdict.WORKS_AS_WELL);
    assertThat(verdict(gap(null))).isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void unknown_whereTheFrontWasNotMeasured_evenIfTheReceiverIsUnclear() {
    Evidence without = with(with(GOOD, 2, null), 0, new Interval(0.1, 0.2));
    assertThat(verdict(without)).isEqualTo(Verdict.UNKNOWN);
    assertThat(verdict(with(GOOD, 0, new Interval(0.1, 0.2)))).isEqualTo(Verdict.UNCLEAR_BASELINE);
  }

  @Test
  void noBaseline_whereTheReceiverIsNoBetterThanTheMajorityClass() {
    Chance nineOfTen = new Chance(0.9);
    assertThat(Verdict.of(receiver(0.9, 1_000), nineOfTen)).isEqualTo(Verdict.NO_BASELINE);
    // Above by a margin, but of 20 examples only
    assertThat(Verdict.of(receiver(0.96, 20), nineOfTen)).isEqualTo(Verdict.UNCLEAR_BASELINE);
    // Beyond doubt, but by less than the margin
    assertThat(Verdict.of(receiver(0.94, 1_000_000), nineOfTen)).isEqualTo(Verdict.NO_BASELINE);
    assertThat(Verdict.of(receiver(0.99, 10_000), nineOfTen)).isEqualTo(Verdict.WORKS_AS_WELL);
  }

  @Test
  void seeds_thatDiffer_areTooCloseToCall() {
    assertThat(Verdict.of(Set.of(Verdict.COSTS))).isEqualTo(Verdict.COSTS);
    assertThat(Verdict.of(EnumSet.of(Verdict.COSTS, Verdict.WORKS_AS_WELL)))
        .isEqualTo(Verdict.UNDECIDED);
    assertThat(Verdict.of(EnumSet.of(Verdict.COSTS, Verdict.UNDECIDED)))
        .isEqualTo(Verdict.UNDECIDED);
    assertThat(Verdict.of(EnumSet.of(Verdict.COSTS, Verdict.NOT_CONVERGED)))
        .isEqualTo(Verdict.NOT_CONVERGED);
  }

  /** Evidence at random; all of it is drawn about the thresholds, so that each verdict occurs. */
  @Test
  void gate12_noVerdictWithoutAnInterval() {
    SplittableRandom random = new SplittableRandom(12);
    Set<Verdict> seen = EnumSet.noneOf(Verdict.class);
    for (int i = 0; i < 20_000; i++) {
      Evidence evidence =
          new Evidence(
              about(random, 0.15),
              0.,
              about(random, 0),
              0.1 * (random.nextDouble() - 0.3),
              about(random, 0.1),
              about(random, 0.9),
              about(random, 0.01));
      Verdict verdict = verdict(evidence);
      seen.add(verdict);
      boolean given = verdict.judged() || verdict == Verdict.NO_BASELINE;
      assertThat(given).as(evidence.toString()).isEqualTo(decided(evidence));
      // What every verdict rests on: with any of it as wide as can be, or missing, there is none
      if (verdict == Verdict.WORKS_AS_WELL || verdict == Verdict.COSTS) {
        for (int part : new int[] {0, 2, 3, 4, 5}) {
          assertThat(verdict(with(evidence, part, ALL)))
              .isEqualTo(part == 0 ? Verdict.UNCLEAR_BASELINE : Verdict.UNDECIDED);
          assertThat(verdict(with(evidence, part, null)).judged()).isFalse();
        }
      }
      assertThat(verdict(with(evidence, 0, ALL))).isEqualTo(Verdict.UNCLEAR_BASELINE);
      assertThat(verdict(with(evidence, 0, null))).isEqualTo(Verdict.UNKNOWN);
    }
    assertThat(seen)
        .containsAll(EnumSet.range(Verdict.WORKS_AS_WELL, Verdict.UNDECIDED))
        .contains(Verdict.UNCLEAR_BASELINE, Verdict.NO_BASELINE);
  }

  /** Whether intervals decide, threshold by threshold. */
  private static boolean decided(Evidence evidence) {
    Interval receiver = Objects.requireNonNull(evidence.receiver());
    Interval r2Copy = Objects.requireNonNull(evidence.r2Copy());
    Interval cost = Objects.requireNonNull(evidence.cost());
    if (!excludes(receiver, 0.15)) {
      return false;
    }
    if (receiver.to() < 0.15 || Objects.requireNonNull(evidence.limit()) < 0) {
      return true;
    }
    if (Objects.requireNonNull(evidence.margin()).from() < 0 || !excludes(r2Copy, 0.1)) {
      return false;
    }
    return r2Copy.to() < 0.1
        || (Objects.requireNonNull(evidence.share()).from() >= 0.9
            && (cost.to() <= 0.02 || cost.from() > 0));
  }

  private static boolean excludes(Interval interval, double threshold) {
    return interval.to() < threshold || interval.from() >= threshold;
  }

  private static Interval about(SplittableRandom random, double threshold) {
    double from = threshold + 0.1 * (random.nextDouble() - 0.3);
    return new Interval(from, from + 0.03 * random.nextDouble());
  }

  private static Verdict verdict(Evidence evidence) {
    return Verdict.of(evidence, Fixtures.TEN_CLASSES);
  }

  private static Verdict cost(double from, double to) {
    return verdict(with(GOOD, 5, new Interval(from, to)));
  }

  private static Verdict margin(double from, double to, double limit) {
    return verdict(
        new Evidence(
            GOOD.receiver(),
            0.,
            new Interval(from, to),
            limit,
            GOOD.r2Copy(),
            GOOD.share(),
            GOOD.cost()));
  }

  private static Verdict r2Copy(double from, double to) {
    return verdict(with(GOOD, 3, new Interval(from, to)));
  }

  private static Evidence receiver(double accuracy, long examples) {
    return with(GOOD, 0, Interval.wilson(accuracy, examples));
  }

  private static Evidence gap(@Nullable Double gap) {
    return new Evidence(
        GOOD.receiver(),
        gap,
        GOOD.margin(),
        GOOD.limit(),
        GOOD.r2Copy(),
        GOOD.share(),
        GOOD.cost());
  }

  /**
   * The same with another interval.
   *
   * @param part 0 receiver, 2 margin, 3 R² of the copy, 4 share of it, 5 cost
   */
  private static Evidence with(Evidence from, int part, @Nullable Interval other) {
    return new Evidence(
        part == 0 ? other : from.receiver(),
        from.gap(),
        part == 2 ? other : from.margin(),
        from.limit(),
        part == 3 ? other : from.r2Copy(),
        part == 4 ? other : from.share(),
        part == 5 ? other : from.cost());
  }
}
