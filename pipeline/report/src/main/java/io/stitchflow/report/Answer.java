package io.stitchflow.report;

import io.stitchflow.comparison.Metrics;
import io.stitchflow.comparison.Quantity;
import io.stitchflow.report.cells.Cell;
import io.stitchflow.report.cells.CellResampling;
import io.stitchflow.report.cells.Estimate;
import io.stitchflow.report.cells.Interval;
import io.stitchflow.report.cells.JudgedCell;
import io.stitchflow.report.cells.Pair;
import io.stitchflow.report.cells.Region;
import io.stitchflow.report.cells.Results;
import io.stitchflow.report.cells.Shared;
import io.stitchflow.report.cells.Statistic;
import io.stitchflow.report.cells.Verdict;
import io.stitchflow.report.cells.Words;
import io.stitchflow.v1.Condition;
import io.stitchflow.v1.CopySolver;
import io.stitchflow.v1.ReportCell;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Whether stitches that work can match the representation that the receiver expects, on test
 * examples: the verdicts of all cells of a kind of pair, condition and region. Cells that differ
 * only in the names of their networks are counted once.
 *
 * @param solvers of copies, in the order of the enum
 * @param equalNetworks as in {@link Results#equalNetworks}
 */
record Answer(List<Row> rows, List<CopySolver> solvers, List<String> equalNetworks) {
  static final Quantity COST_OF_MATCHING = Metrics.quantity("cost_of_matching");

  /** What verdicts rest on, and what untrained stitches do beside it. */
  static final List<Quantity> QUANTITIES =
      List.of(
          Metrics.quantity("vanilla_accuracy"),
          Metrics.quantity("copy_accuracy"),
          Metrics.quantity("receiver_accuracy"),
          Metrics.quantity("r2_vanilla"),
          Metrics.quantity("r2_vanilla_above_0"),
          Metrics.quantity("r2_copy"),
          Metrics.quantity("r2_ceiling"),
          Metrics.quantity("match_at_equal_loss"),
          COST_OF_MATCHING,
          Shared.GAP,
          Metrics.quantity("identity_accuracy"),
          Metrics.quantity("permutation_accuracy"),
          Metrics.quantity("random_accuracy"));

  /** What the interval of a row's number is over. */
  enum Level {
    /** Where each recipe of networks has enough seeds. */
    NETWORK_SEEDS,
    CELLS,
    /** Means only, of rows with fewer cells than {@link #LEAST_CELLS}. */
    STITCH_SEEDS
  }

  /** Fewest cells that an interval over cells is of. */
  static final int LEAST_CELLS = 5;

  /** Cells of one region, or of one thing that no network sends, each with the best copy known. */
  record Row(Pair.Kind kind, Condition condition, Pair.Place place, List<JudgedCell> cells) {
    Region region() {
      return place.region();
    }

    int seeds() {
      return (int) all().stream().map(cell -> cell.place().getSeed()).distinct().count();
    }

    /** One row a cell and seed. */
    List<Cell> all() {
      return cells.stream().flatMap(cell -> cell.rows().stream()).toList();
    }

    /** The quantity's mean or median over cells, with its 95 % interval. */
    Estimate of(Quantity quantity) {
      Estimate estimate = Statistic.of(quantity, all());
      if (!estimate.measured()) {
        return estimate;
      }
      if (level() == Level.STITCH_SEEDS) {
        return Statistic.of(quantity) == Statistic.MEDIAN
            ? Estimate.of(estimate.value())
            : estimate;
      }
      Interval interval = CellResampling.of(cells).of(quantity);
      return interval.from() == interval.to()
          ? Estimate.of(estimate.value())
          : new Estimate(
              estimate.value(), interval.from(), interval.to(), Estimate.Bounds.INTERVAL);
    }

    Level level() {
      return CellResampling.of(cells).overNetworks()
          ? Level.NETWORK_SEEDS
          : cells.size() >= LEAST_CELLS ? Level.CELLS : Level.STITCH_SEEDS;
    }

    /** How many cells have each; those of none are left out. */
    Map<Verdict, Integer> verdicts() {
      Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
      cells.forEach(cell -> verdicts.merge(cell.verdict(), 1, Integer::sum));
      return verdicts;
    }

    /** {@code a matching stitch works as well in 7 of 10 cells, not converged in 3}. */
    String verdict() {
      List<String> parts = new ArrayList<>();
      verdicts().entrySet().stream()
          .sorted(Map.Entry.<Verdict, Integer>comparingByValue().reversed())
          .forEach(
              entry ->
                  parts.add(
                      entry.getKey().text()
                          + " in "
                          + entry.getValue()
                          + (parts.isEmpty() ? " of " + Words.count(cells.size(), "cell") : "")));
      return String.join(", ", parts);
    }
  }

  /** What the cells of a row have in common. */
  private record Key(Pair.Kind kind, Condition condition, Pair.Place place) {}

  static Answer of(Results results) {
    Map<Key, List<JudgedCell>> places = new LinkedHashMap<>();
    for (Condition condition : results.conditions()) {
      for (Pair pair : results.distinct(results.pairs(), condition)) {
        for (JudgedCell cell : results.judged(pair, condition)) {
          ReportCell place = cell.rows().get(0).place();
          Key key =
              new Key(
                  results.kind(pair, condition),
                  condition,
                  pair.place(place.getSenderCut(), place.getReceiverCut()));
          places.computeIfAbsent(key, absent -> new ArrayList<>()).add(cell);
        }
      }
    }
    List<Row> rows = new ArrayList<>();
    for (Pair.Kind kind : Pair.Kind.values()) {
      for (Condition condition : results.conditions()) {
        for (Region region : Region.values()) {
          places.forEach(
              (key, cells) -> {
                if (key.kind() == kind
                    && key.condition() == condition
                    && key.place().region() == region) {
                  rows.add(new Row(kind, condition, key.place(), cells));
                }
              });
        }
      }
    }
    return new Answer(rows, results.solvers(), results.equalNetworks());
  }

  /** Cells of two trained networks that are not the same. */
  List<JudgedCell> trained() {
    return rows.stream()
        .filter(row -> row.condition() == Condition.TRAINED_TRAINED)
        .filter(row -> row.kind() != Pair.Kind.SELF && row.kind() != Pair.Kind.NO_NETWORK)
        .flatMap(row -> row.cells().stream())
        .toList();
  }

  /** What no network sends: {@code baselines/pixels}, in the order of the rows. */
  List<String> withoutNetwork() {
    return rows.stream()
        .filter(row -> row.kind() == Pair.Kind.NO_NETWORK)
        .map(row -> row.place().text())
        .distinct()
        .toList();
  }

  List<JudgedCell> all() {
    return rows.stream().flatMap(row -> row.cells().stream()).toList();
  }

  int seeds() {
    return rows.stream().mapToInt(Row::seeds).max().orElse(0);
  }
}
