package io.stitchflow.report.cells;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.content.Digest;
import io.stitchflow.v1.Comparison;
import io.stitchflow.v1.Condition;
import io.stitchflow.v1.CopySolver;
import io.stitchflow.v1.Measurement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Cross-entropies on train examples by hand; test rows have others, which must not count. */
final class SharedTest {
  private final List<Cell> rows = new ArrayList<>();

  @Test
  void gap_copyOfAnotherSolverHasALowerTrainLoss_isAboveZeroInAllRows() {
    add(CopySolver.LEAST_SQUARES, train(0.5, 0.9));
    add(CopySolver.SGD, train(0.5, 0.25));
    assertThat(filled()).hasSize(4).allSatisfy(row -> assertThat(row.gap()).isEqualTo(0.25));
    assertThat(filled()).allMatch(Cell::notConverged);
  }

  @Test
  void gap_lowestLossKnown_isBelowZero() {
    add(CopySolver.LEAST_SQUARES, train(0.5, 0.75));
    assertThat(filled()).noneMatch(Cell::notConverged);
    assertThat(filled().get(0).gap()).isEqualTo(-0.25);
  }

  @Test
  void gap_differenceOfRoundingOnly_isZero() {
    add(CopySolver.LEAST_SQUARES, train(0.5 + 1e-12, 0.5));
    assertThat(filled().get(0).gap()).isZero();
  }

  @Test
  void gap_divergedBesideACopy_isAboveZero() {
    add(CopySolver.LEAST_SQUARES, train(203, 2.5));
    assertThat(filled().get(0).gap()).isEqualTo(200.5);
  }

  @Test
  void gap_receiverWhoseOutputNoStitchChanges_isZero() {
    add(CopySolver.LEAST_SQUARES, train(2.75, 2.75));
    assertThat(filled().get(0).gap()).isZero();
    assertThat(filled().get(0).notConverged()).isFalse();
  }

  @Test
  void gap_noOtherStitchMeasured_isUnknown() {
    add(CopySolver.SGD, train(0.5, Double.NaN));
    assertThat(filled().get(0).gap()).isNull();
  }

  @Test
  void gap_permutationMeasuredOnTrain_counts() {
    add(
        CopySolver.SGD,
        Measured.like(train(0.5, 0.9)).put("permutation_cross_entropy", 0.125).build());
    assertThat(filled().get(0).gap()).isEqualTo(0.375);
  }

  /** The kept start has the lowest loss on the examples that chose it, not here. */
  @Test
  void gap_anotherStartHasALowerTrainLoss_isAboveZero() {
    add(CopySolver.SGD, withStarts(0.5, 0.75, 0.3, 0.4, 0.25));
    assertThat(filled().get(0).gap()).isEqualTo(0.25);
  }

  @Test
  void gap_otherStartsLossBetweenItsOwnAndTheCopys_isTheDistanceToThatStart() {
    add(CopySolver.SGD, withStarts(0.5, 0.875, 0.3, 0.4, 0.75));
    assertThat(filled().get(0).gap()).isEqualTo(-0.25);
  }

  @Test
  void gap_otherStartDiffersByRoundingOfTraining_isZero() {
    add(CopySolver.SGD, withStarts(0.5, 0.875, 0.3, 0.3, 0.5 - 1e-8));
    assertThat(filled().get(0).gap()).isZero();
    assertThat(filled().get(0).notConverged()).isFalse();
  }

  @Test
  void gap_exactCopyBesideTheIdentity_isZero() {
    // Equal but for float32, as in a self pair; a difference of 1e-5 counts
    Measured exact = Measured.like(train(0.5 * (1 + 3e-7), 0.5 * (1 + 3e-7)));
    add(CopySolver.LEAST_SQUARES, exact.put("identity_cross_entropy", 0.5).build());
    assertThat(filled()).noneMatch(Cell::notConverged);
    rows.clear();
    Measured worse = Measured.like(train(0.5 * (1 + 1e-5), 0.5 * (1 + 1e-5)));
    add(CopySolver.LEAST_SQUARES, worse.put("identity_cross_entropy", 0.5).build());
    assertThat(filled()).allMatch(Cell::notConverged);
  }

  @Test
  void gap_lossThatIsNoNumber_isInfinite() {
    add(CopySolver.SGD, train(Double.NaN, 0.9));
    assertThat(filled().get(0).gap()).isInfinite();
    assertThat(filled().get(0).notConverged()).isTrue();
  }

  @Test
  void gap_lossNotMeasured_isUnknown() {
    add(CopySolver.SGD, Measured.on(10).put("es", 1).build());
    assertThat(filled().get(0).gap()).isNull();
  }

  @Test
  void copyDrop_ofEachSolver_isItsTrainMinusItsTestR2() {
    add(CopySolver.LEAST_SQUARES, Measured.like(train(0.5, 0.9)).errors(1, 0.5, 1).build());
    add(CopySolver.SGD, Measured.like(train(0.5, 0.9)).errors(1, 0.75, 1).build());
    // The test rows have an R² of 0.25
    assertThat(filled())
        .extracting(row -> row.shared().copyDrop())
        .containsExactly(.25, .25, 0., 0.);
    assertThat(filled()).extracting(Cell::copyOverfits).containsExactly(true, true, false, false);
  }

  private List<Cell> filled() {
    return Shared.fill(rows);
  }

  private void add(CopySolver solver, Measurement train) {
    Measurement test = Measured.like(train(1, 0.001)).errors(1, 0.75, 1).build();
    rows.addAll(
        CellTable.rows(
            Fixtures.place(Condition.TRAINED_TRAINED, "a", "stem", "b", "stem").toBuilder()
                .setCopySolver(solver)
                .build(),
            Comparison.newBuilder().setTrain(train).setTest(test).build(),
            Digest.of(new byte[0])));
  }

  /** The vanilla stitch is that from the copy; {@code other} is from the mean. */
  private static Measurement withStarts(
      double vanilla, double copy, double loss, double otherLoss, double other) {
    return Measured.like(train(vanilla, copy))
        .put("start_loss", series(loss, otherLoss))
        .put("start_cross_entropy", series(vanilla, other))
        .build();
  }

  private static Map<String, Double> series(double ofCopy, double ofMean) {
    Map<String, Double> series = new LinkedHashMap<>();
    series.put("copy", ofCopy);
    series.put("mean", ofMean);
    return series;
  }

  private static Measurement train(double vanilla, double copy) {
    return Measured.on(10)
        .put("vanilla_cross_entropy", vanilla)
        .put("copy_cross_entropy", copy)
        .build();
  }
}
