package io.stitchflow.report;

import io.stitchflow.v1.Condition;
import io.stitchflow.v1.CopySolver;
import io.stitchflow.v1.ReportCell;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Whether stitches that work match the representation that the receiver expects, on test examples:
 * the verdicts of all cells of a kind of pair, condition, copy solver and region.
 */
record Answer(List<Row> rows) {
  /** What verdicts rest on, and what untrained stitches do beside it. */
  enum Figure {
    VANILLA_ACCURACY("vanilla accuracy", Cell::vanillaAccuracy),
    COPY_ACCURACY("copy accuracy", Cell::copyAccuracy),
    RECEIVER_ACCURACY("receiver accuracy", Cell::receiverAccuracy),
    R2_VANILLA("R² vanilla", Cell::r2Vanilla),
    R2_COPY("R² copy", Cell::r2Copy),
    R2_CEILING("R² ceiling", Cell::r2Ceiling),
    IDENTITY_ACCURACY("identity", cell -> cell.controlAccuracy(ControlStitch.IDENTITY)),
    PERMUTATION_ACCURACY("permutation", cell -> cell.controlAccuracy(ControlStitch.PERMUTATION)),
    RANDOM_ACCURACY("random", cell -> cell.controlAccuracy(ControlStitch.RANDOM));

    private final String heading;

    @SuppressWarnings("ImmutableEnumChecker") // method references, without state
    private final Function<Cell, @Nullable Double> value;

    Figure(String heading, Function<Cell, @Nullable Double> value) {
      this.heading = heading;
      this.value = value;
    }

    String heading() {
      return heading;
    }

    /** As tables write it: {@code r2_vanilla}. */
    String text() {
      return Words.text(this);
    }
  }

  /**
   * Cells of one region.
   *
   * @param verdicts how many cells have each; means over seeds are judged
   */
  record Row(
      Pair.Kind kind,
      Condition condition,
      CopySolver solver,
      Region region,
      Map<Verdict, Integer> verdicts,
      List<Cell> all) {
    int cells() {
      return verdicts.values().stream().mapToInt(Integer::intValue).sum();
    }

    int seeds() {
      return (int) all.stream().map(cell -> cell.place().getSeed()).distinct().count();
    }

    /** Each seed's mean over the cells. */
    Sample of(Figure figure) {
      return Means.overSeeds(all, figure.value);
    }

    /** {@code works without matching in 7 of 10 cells, does not work in 3}. */
    String verdict() {
      List<String> parts = new ArrayList<>();
      verdicts.entrySet().stream()
          .sorted(Map.Entry.<Verdict, Integer>comparingByValue().reversed())
          .forEach(
              entry ->
                  parts.add(
                      entry.getKey().text()
                          + " in "
                          + entry.getValue()
                          + (parts.isEmpty()
                              ? " of " + cells() + (cells() == 1 ? " cell" : " cells")
                              : "")));
      return String.join(", ", parts);
    }
  }

  private record Place(Pair.Kind kind, Condition condition, CopySolver solver, Region region) {}

  static Answer of(Results results) {
    Map<Place, List<Cell>> places = new LinkedHashMap<>();
    for (Pair.Kind kind : Pair.Kind.values()) {
      for (Condition condition : results.conditions()) {
        for (CopySolver solver : results.solvers()) {
          for (Region region : Region.values()) {
            List<Cell> cells = cells(results, kind, condition, solver, region);
            if (!cells.isEmpty()) {
              places.put(new Place(kind, condition, solver, region), cells);
            }
          }
        }
      }
    }
    List<Row> rows = new ArrayList<>();
    places.forEach(
        (place, cells) ->
            rows.add(
                new Row(
                    place.kind(),
                    place.condition(),
                    place.solver(),
                    place.region(),
                    verdicts(cells, Chance.of(results)),
                    cells)));
    return new Answer(rows);
  }

  private static List<Cell> cells(
      Results results, Pair.Kind kind, Condition condition, CopySolver solver, Region region) {
    List<Cell> cells = new ArrayList<>();
    for (Pair pair : results.pairs()) {
      if (pair.kind() == kind) {
        for (Cell cell : results.cells(pair, condition, solver, Split.TEST)) {
          ReportCell place = cell.place();
          if (pair.region(place.getSenderCut(), place.getReceiverCut()) == region) {
            cells.add(cell);
          }
        }
      }
    }
    return cells;
  }

  private static Map<Verdict, Integer> verdicts(List<Cell> cells, double chance) {
    Map<ReportCell, List<Cell>> seeds = new LinkedHashMap<>();
    for (Cell cell : cells) {
      seeds
          .computeIfAbsent(
              cell.place().toBuilder().clearSeed().build(), absent -> new ArrayList<>())
          .add(cell);
    }
    Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
    for (List<Cell> cell : seeds.values()) {
      Verdict verdict =
          Verdict.of(
              above(chance, mean(cell, Cell::vanillaAccuracy)),
              above(chance, mean(cell, Cell::receiverAccuracy)),
              mean(cell, Cell::r2Vanilla),
              mean(cell, Cell::r2Copy));
      verdicts.merge(verdict, 1, Integer::sum);
    }
    return new TreeMap<>(verdicts);
  }

  private static @Nullable Double above(double chance, @Nullable Double accuracy) {
    return accuracy == null ? null : (Double) (accuracy - chance);
  }

  private static @Nullable Double mean(List<Cell> seeds, Function<Cell, @Nullable Double> value) {
    Sample sample = Means.overSeeds(seeds, value);
    return sample.size() == 0 ? null : (Double) sample.mean();
  }

  /** Over all trained cells of all pairs but self pairs, by the first copy solver; one sentence. */
  String headline() {
    Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
    CopySolver solver = rows.isEmpty() ? CopySolver.LEAST_SQUARES : rows.get(0).solver();
    rows.stream()
        .filter(row -> row.condition() == Condition.TRAINED_TRAINED)
        .filter(row -> row.kind() != Pair.Kind.SELF && row.solver() == solver)
        .forEach(row -> row.verdicts().forEach((each, n) -> verdicts.merge(each, n, Integer::sum)));
    int worked =
        verdicts.entrySet().stream()
            .filter(entry -> entry.getKey().worked())
            .mapToInt(Map.Entry::getValue)
            .sum();
    int judged =
        verdicts.entrySet().stream()
            .filter(entry -> entry.getKey().worked() || entry.getKey() == Verdict.FAILS)
            .mapToInt(Map.Entry::getValue)
            .sum();
    if (judged == 0) {
      return "Not answered: no cells of two trained networks, the receiver above chance, with accuracy and R².";
    }
    if (worked == 0) {
      return "Not answered: the vanilla stitch works in none of " + judged + " trained cells.";
    }
    int matches = verdicts.getOrDefault(Verdict.MATCHES, 0);
    int partly = verdicts.getOrDefault(Verdict.PARTLY, 0);
    int not = worked - matches - partly;
    String answer = 2 * matches > worked ? "Mostly" : 2 * not > worked ? "Mostly not" : "In part";
    return String.format(
        Locale.ROOT,
        "%s: between two trained networks the vanilla stitch works in %d of %d cells, and there it"
            + " matches in %d, in part in %d, and not in %d.",
        matches == worked ? "Yes" : not == worked ? "No" : answer,
        worked,
        judged,
        matches,
        partly,
        not);
  }
}
