package io.stitchflow.report;

import io.stitchflow.comparison.Quantity;
import io.stitchflow.report.cells.Cell;
import io.stitchflow.report.cells.CellKey;
import io.stitchflow.report.cells.Mark;
import io.stitchflow.report.cells.Pair;
import io.stitchflow.report.cells.Quantities;
import io.stitchflow.report.cells.Region;
import io.stitchflow.report.cells.Results;
import io.stitchflow.report.cells.Split;
import io.stitchflow.report.cells.Statistic;
import io.stitchflow.report.cells.Words;
import io.stitchflow.v1.Condition;
import io.stitchflow.v1.CopySolver;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Quantities over the lower triangle, the diagonal and the upper triangle, as the report's tables
 * show them: means of what lies in [0, 1], medians of what has no bounds.
 *
 * @param headings of the columns of numbers; those that nothing was measured for are left out
 */
record RegionTable(List<String> headings, List<Block> blocks) {
  /** Rows of one condition and copy solver. */
  record Block(String condition, List<Row> rows) {
    int height() {
      return rows.size();
    }

    Row first() {
      return rows.get(0);
    }

    List<Row> others() {
      return rows.subList(1, rows.size());
    }
  }

  /**
   * One region.
   *
   * @param cells how many, not counting seeds; then how many of them have not converged
   */
  record Row(String region, String cells, List<String> numbers) {}

  /**
   * A table of the report, over all cells of {@code pairs}; those that differ only in the names of
   * their networks are counted once.
   */
  static RegionTable of(Results results, List<Pair> pairs, Split split, Quantity.Table table) {
    return of(regions(results, pairs, split), Quantities.in(table));
  }

  /** Whether there is anything to show. */
  boolean measured() {
    return !headings.isEmpty();
  }

  private static Map<String, Map<Pair.Place, List<Cell>>> regions(
      Results results, List<Pair> pairs, Split split) {
    Map<String, Map<Pair.Place, List<Cell>>> regions = new LinkedHashMap<>();
    for (Condition condition : results.conditions()) {
      for (CopySolver solver : results.solvers()) {
        String solverName = results.solvers().size() > 1 ? "; copy by " + Words.of(solver) : "";
        for (Pair pair : results.distinct(pairs, condition)) {
          for (Cell cell : results.cells(pair, condition, solver, split)) {
            Pair.Place place =
                pair.place(cell.place().getSenderCut(), cell.place().getReceiverCut());
            regions
                .computeIfAbsent(Words.of(condition) + solverName, absent -> new LinkedHashMap<>())
                .computeIfAbsent(place, absent -> new ArrayList<>())
                .add(cell);
          }
        }
      }
    }
    return regions;
  }

  private static RegionTable of(
      Map<String, Map<Pair.Place, List<Cell>>> regions, List<Quantity> candidates) {
    List<Quantity> quantities =
        candidates.stream()
            .filter(
                quantity ->
                    regions.values().stream()
                        .flatMap(block -> block.values().stream())
                        .flatMap(List::stream)
                        .anyMatch(cell -> cell.number(quantity) != null))
            .toList();
    List<Block> blocks = new ArrayList<>();
    regions.forEach(
        (condition, block) -> {
          List<Row> rows = new ArrayList<>();
          for (Region region : Region.values()) {
            block.forEach(
                (place, cells) -> {
                  if (place.region() == region) {
                    rows.add(row(place, cells, quantities));
                  }
                });
          }
          blocks.add(new Block(condition, rows));
        });
    return new RegionTable(quantities.stream().map(Statistic::headingOfQuartiles).toList(), blocks);
  }

  private static Row row(Pair.Place place, List<Cell> cells, List<Quantity> quantities) {
    List<String> numbers = quantities.stream().map(each -> Statistic.text(each, cells)).toList();
    Collection<List<Cell>> places = CellKey.group(cells).values();
    long marked =
        places.stream().filter(seeds -> seeds.stream().anyMatch(Cell::notConverged)).count();
    String sign = Mark.NOT_CONVERGED.sign();
    return new Row(
        place.text(), places.size() + (marked == 0 ? "" : ", " + marked + " " + sign), numbers);
  }
}
