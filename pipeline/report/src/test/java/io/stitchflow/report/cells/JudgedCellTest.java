package io.stitchflow.report.cells;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.content.Digest;
import io.stitchflow.v1.Comparison;
import io.stitchflow.v1.Condition;
import io.stitchflow.v1.Measurement;
import io.stitchflow.v1.ReportCell;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A stitch that works and matches, whose train cross-entropy is above the copy's. */
final class JudgedCellTest {
  @Test
  void verdict_trainedForTheTask_isNotConverged() {
    assertThat(verdict("task")).isEqualTo(Verdict.NOT_CONVERGED);
    assertThat(verdict("")).isEqualTo(Verdict.NOT_CONVERGED);
  }

  @Test
  void verdict_trainedForSomethingElse_doesNotDependOnTheTaskLoss() {
    assertThat(verdict("later")).isNotEqualTo(Verdict.NOT_CONVERGED);
  }

  private static Verdict verdict(String objective) {
    ReportCell place =
        Fixtures.place(Condition.TRAINED_TRAINED, "a", "stem", "b", "stem").toBuilder()
            .setObjective(objective)
            .build();
    Comparison comparison = Fixtures.comparison(0.89, 0.89, 0.1, 0.1, 2);
    Measurement train =
        Measured.like(comparison.getTrain())
            .put("vanilla_cross_entropy", 0.5)
            .put("copy_cross_entropy", 0.25)
            .build();
    List<Cell> rows =
        Shared.fill(
            CellTable.rows(
                place, comparison.toBuilder().setTrain(train).build(), Digest.of(new byte[0])));
    assertThat(rows).allSatisfy(row -> assertThat(row.gap()).isEqualTo(0.25));
    Pair pair =
        new Pair(Fixtures.network("a", 1, false, 1, 1), Fixtures.network("b", 2, false, 1, 1));
    return JudgedCell.of(
            pair,
            rows.stream().filter(row -> row.split() == Split.TEST).toList(),
            Fixtures.TEN_CLASSES)
        .verdict();
  }
}
