package io.stitchflow.report;

import io.stitchflow.comparison.Metrics;
import io.stitchflow.comparison.Quantity;
import io.stitchflow.report.cells.CellKey;
import io.stitchflow.report.cells.CellResampling;
import io.stitchflow.report.cells.Estimate;
import io.stitchflow.report.cells.Interval;
import io.stitchflow.report.cells.JudgedCell;
import io.stitchflow.report.cells.Sample;
import io.stitchflow.report.cells.Statistic;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Vanilla stitches that were trained for different objectives, side by side, on test examples.
 * Differences from the first objective are paired: each cell with the same cell of the first.
 *
 * @param first the first objective; empty if there is one
 * @param rows each region of a kind of pair and condition, with each objective; none if there is
 *     one objective
 */
record ObjectiveTable(String first, List<Row> rows) {
  private static final Quantity ACCURACY = Metrics.quantity("vanilla_accuracy");
  private static final Quantity R2 = Metrics.quantity("r2_vanilla");

  /**
   * One region with one objective.
   *
   * @param accuracyDifference mean over cells with its 95 % interval
   * @param r2Difference median over cells with its 95 % interval
   */
  record Row(
      String pairs,
      String condition,
      String region,
      String objective,
      int cells,
      String accuracy,
      String accuracyDifference,
      String r2,
      String r2Difference) {}

  /**
   * Compares answers to one experiment.
   *
   * @param answers by objective, in the experiment's order
   */
  static ObjectiveTable of(Map<String, Answer> answers) {
    if (answers.size() < 2) {
      return new ObjectiveTable("", List.of());
    }
    Map.Entry<String, Answer> first = answers.entrySet().iterator().next();
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < first.getValue().rows().size(); i++) {
      for (Map.Entry<String, Answer> answer : answers.entrySet()) {
        Answer.Row region = answer.getValue().rows().get(i);
        rows.add(row(answer.getKey(), region, first.getValue().rows().get(i)));
      }
    }
    return new ObjectiveTable(first.getKey(), rows);
  }

  private static Row row(String objective, Answer.Row region, Answer.Row first) {
    boolean same = region.equals(first);
    return new Row(
        region.kind().brief(),
        AnswerTable.condition(region),
        region.place().text(),
        objective,
        region.cells().size(),
        region.of(ACCURACY).text(),
        same ? "" : difference(ACCURACY, region, first).text(),
        region.of(R2).text(),
        same ? "" : difference(R2, region, first).text());
  }

  /** Mean or median over cells with its 95 % interval. */
  private static Estimate difference(Quantity quantity, Answer.Row region, Answer.Row first) {
    ToDoubleFunction<JudgedCell> difference = difference(quantity, first);
    Sample cells = new Sample();
    region.cells().stream().mapToDouble(difference).filter(Double::isFinite).forEach(cells::add);
    CellResampling resampling = CellResampling.of(region.cells());
    boolean median = Statistic.of(quantity) == Statistic.MEDIAN;
    Interval interval = median ? resampling.median(difference) : resampling.mean(difference);
    return new Estimate(
        Statistic.center(quantity, cells),
        interval.from(),
        interval.to(),
        Estimate.Bounds.INTERVAL);
  }

  /** From the same cell of the first objective; NaN if one of them lacks the quantity. */
  private static ToDoubleFunction<JudgedCell> difference(Quantity quantity, Answer.Row first) {
    Map<CellKey, Double> centers = new HashMap<>();
    first.cells().forEach(cell -> centers.put(key(cell), cell.center(quantity)));
    return cell -> cell.center(quantity) - centers.getOrDefault(key(cell), Double.NaN);
  }

  private static CellKey key(JudgedCell cell) {
    return CellKey.ofAnyObjective(cell.rows().get(0));
  }
}
