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
import io.stitchflow.report.cells.Words;
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
   * @param r2Difference median over cells with quartiles
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
        Words.of(region.condition()),
        region.region().text(),
        objective,
        region.cells().size(),
        Statistic.text(ACCURACY, region.all()),
        same ? "" : meanDifference(region, first).text(),
        Statistic.text(R2, region.all()),
        same ? "" : medianDifference(region, first).text());
  }

  private static Estimate meanDifference(Answer.Row region, Answer.Row first) {
    ToDoubleFunction<JudgedCell> difference = difference(ACCURACY, first);
    Interval interval = CellResampling.of(region.cells()).mean(difference);
    return new Estimate(
        sample(region, difference).mean(),
        interval.from(),
        interval.to(),
        Estimate.Bounds.INTERVAL);
  }

  private static Estimate medianDifference(Answer.Row region, Answer.Row first) {
    Sample differences = sample(region, difference(R2, first));
    return new Estimate(
        differences.median(),
        differences.quantile(0.25),
        differences.quantile(0.75),
        Estimate.Bounds.QUARTILES);
  }

  private static Sample sample(Answer.Row region, ToDoubleFunction<JudgedCell> number) {
    Sample sample = new Sample();
    region.cells().stream().mapToDouble(number).filter(Double::isFinite).forEach(sample::add);
    return sample;
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
