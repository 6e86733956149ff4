package io.stitchflow.report.cells;

import io.stitchflow.comparison.Quantity;
import io.stitchflow.v1.CopySolver;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One cell, all its copy solvers and seeds together.
 *
 * @param pair its networks
 * @param rows its test rows with the best copy known, one a seed: that of the solver whose median
 *     R² over seeds is highest on test examples
 * @param verdict that of every seed; too close to call where they differ
 */
public record JudgedCell(Pair pair, List<Cell> rows, Verdict verdict) {
  /**
   * Judges one cell over its solvers and seeds.
   *
   * @param all test rows of all solvers and seeds
   */
  public static JudgedCell of(Pair pair, List<Cell> all, Chance chance) {
    List<Cell> rows = best(all);
    Set<Verdict> seeds = EnumSet.noneOf(Verdict.class);
    rows.forEach(row -> seeds.add(Verdict.of(Evidence.of(row), chance)));
    return new JudgedCell(pair, rows, Verdict.of(seeds));
  }

  /** The quantity's mean or median over the seeds; NaN if it was not measured. */
  public double center(Quantity quantity) {
    return Statistic.center(quantity, Sample.of(rows, row -> row.number(quantity)));
  }

  /** Accuracy that matching costs, mean over seeds; NaN if it was not measured. */
  public double cost() {
    return Sample.of(rows, row -> row.values().number("cost_of_matching")).mean();
  }

  /** Standard error of the cost over test images: that of one seed, since seeds share images. */
  double costError() {
    Stream<Interval> intervals =
        rows.stream().map(row -> row.interval("cost_of_matching")).filter(Objects::nonNull);
    return intervals.mapToDouble(Interval::standardError).average().orElse(0);
  }

  public Region region() {
    return pair.region(rows.get(0).place().getSenderCut(), rows.get(0).place().getReceiverCut());
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
}
