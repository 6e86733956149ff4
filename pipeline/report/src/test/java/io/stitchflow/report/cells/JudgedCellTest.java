package io.stitchflow.report.cells;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.content.Digest;
import io.stitchflow.v1.Comparison;
import io.stitchflow.v1.Condition;
import io.stitchflow.v1.ReportCell;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A cell where a matching stitch works as well, whose vanilla stitch has more train loss than the
 * copy.
 */
final class JudgedCellTest {
  @Test
  void verdict_trainedForTheTask_isNotConverged() {
    assertThat(verdict("task")).isEqualTo(Verdict.NOT_CONVERGED);
    assertThat(verdict("")).isEqualTo(Verdict.NOT_CONVERGED);
  }

  @Test
  void verdict_trainedForSomethingElse_doesNotDependOnTheTaskLoss() {
    assertThat(verdict("later")).isEqualTo(Verdict.WORKS_AS_WELL);
  }

  private static Verdict verdict(String objective) {
    ReportCell place =
        Fixtures.place(Condition.TRAINED_TRAINED, "a", "stem", "b", "stem").toBuilder()
            .setObjective(objective)
            .build();
    Comparison measured = Fixtures.judged(0, 0.5);
    List<Cell> rows = Shared.fill(CellTable.rows(place, measured, Digest.of(new byte[0])));
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
