package io.stitchflow.report.cells;

import io.stitchflow.v1.CopySolver;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One cell, all its copy solvers and seeds together.
 *
 * @param rows its test rows with the best copy known, one a seed: that of the solver whose median
 *     R² over seeds is highest on test examples
 * @param verdict of means and medians over the seeds; not converged if one of the seeds is not,
 *     which only stitches trained for the task are held to
 */
public record JudgedCell(List<Cell> rows, Verdict verdict) {
  /**
   * Judges one cell over its solvers and seeds.
   *
   * @param all test rows of all solvers and seeds
   */
  public static JudgedCell of(List<Cell> all, Chance chance) {
    List<Cell> rows = best(all);
    Sample gaps = Sample.of(rows, Cell::gap);
    Evidence evidence =
        new Evidence(
            known(Sample.of(rows, Cell::vanillaAccuracy).mean()),
            known(Sample.of(rows, Cell::receiverAccuracy).mean()),
            rows.get(0).values().examples(),
            trainedForTask(rows) ? known(gaps.quantile(1)) : (Double) 0.,
            known(median(rows, Cell::r2Copy)),
            known(matched(rows)));
    return new JudgedCell(rows, Verdict.of(evidence, chance));
  }

  /** Whether cross-entropy, which the gap is of, is what was trained for. */
  private static boolean trainedForTask(List<Cell> rows) {
    String objective = rows.get(0).place().getObjective();
    return objective.isEmpty() || objective.equals("task");
  }

  private static double matched(List<Cell> rows) {
    double ofFront = median(rows, Cell::matchAtEqualLoss);
    return Double.isNaN(ofFront)
        ? median(rows, Cell::r2Vanilla) / median(rows, Cell::r2Copy)
        : ofFront;
  }

  public boolean copyOverfits() {
    return rows.stream().anyMatch(Cell::copyOverfits);
  }

  private static List<Cell> best(List<Cell> all) {
    Map<CopySolver, List<Cell>> solvers = new EnumMap<>(CopySolver.class);
    for (Cell row : all) {
      solvers.computeIfAbsent(row.place().getCopySolver(), absent -> new ArrayList<>()).add(row);
    }
    List<Cell> best = List.of();
    for (List<Cell> rows : solvers.values()) {
      if (best.isEmpty() || r2Copy(rows) > r2Copy(best)) {
        best = rows;
      }
    }
    return best;
  }

  /** Below any number where it was not measured. */
  private static double r2Copy(List<Cell> rows) {
    double r2 = median(rows, Cell::r2Copy);
    return Double.isNaN(r2) ? Double.NEGATIVE_INFINITY : r2;
  }

  private static double median(List<Cell> rows, Function<Cell, @Nullable Double> value) {
    return Sample.of(rows, value).median();
  }

  private static @Nullable Double known(double value) {
    return Double.isNaN(value) ? null : (Double) value;
  }
}
