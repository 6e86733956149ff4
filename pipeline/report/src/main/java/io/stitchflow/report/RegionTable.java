package io.stitchflow.report;

import io.stitchflow.report.cells.Cell;
import io.stitchflow.report.cells.CellKey;
import io.stitchflow.report.cells.Column;
import io.stitchflow.report.cells.ControlStitch;
import io.stitchflow.report.cells.Mark;
import io.stitchflow.report.cells.Pair;
import io.stitchflow.report.cells.Region;
import io.stitchflow.report.cells.Results;
import io.stitchflow.report.cells.Split;
import io.stitchflow.report.cells.Statistic;
import io.stitchflow.report.cells.Words;
import io.stitchflow.v1.Condition;
import io.stitchflow.v1.CopySolver;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Measures over the lower triangle, the diagonal and the upper triangle, as the report's tables
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

  private enum Measure {
    VANILLA_ACCURACY("vanilla accuracy", Cell::vanillaAccuracy),
    COPY_ACCURACY("copy accuracy", Cell::copyAccuracy),
    RECEIVER_ACCURACY("receiver accuracy", Cell::receiverAccuracy),
    R2_VANILLA("R² vanilla", Statistic.MEDIAN, Cell::r2Vanilla),
    R2_VANILLA_ABOVE_0("R² vanilla > 0", Statistic.SHARE, cell -> isPositive(cell.r2Vanilla())),
    R2_COPY("R² copy", Statistic.MEDIAN, Cell::r2Copy),
    R2_CEILING("R² ceiling", Cell::r2Ceiling),
    EV("EV", Statistic.MEDIAN, Cell::ev),
    ES("ES", Statistic.MEDIAN, Cell::es),
    SV("SV", Statistic.MEDIAN, Cell::sv),
    ES_BELOW_EV("ES < EV", Statistic.SHARE, RegionTable::copyIsNearer),
    SENDER_CKA("CKA sender", Column.SENDER_CKA),
    VANILLA_CKA("CKA vanilla", Column.VANILLA_CKA),
    COPY_CKA("CKA copy", Column.COPY_CKA),
    SENDER_PROCRUSTES("Procrustes sender", Column.SENDER_PROCRUSTES),
    VANILLA_PROCRUSTES("Procrustes vanilla", Column.VANILLA_PROCRUSTES),
    COPY_PROCRUSTES("Procrustes copy", Column.COPY_PROCRUSTES),
    VANILLA_COSINE("cosine vanilla", Column.VANILLA_COSINE),
    COPY_COSINE("cosine copy", Column.COPY_COSINE),
    VANILLA_MAHALANOBIS("Mahalanobis vanilla", Statistic.MEDIAN, Column.VANILLA_MAHALANOBIS),
    COPY_MAHALANOBIS("Mahalanobis copy", Statistic.MEDIAN, Column.COPY_MAHALANOBIS),
    VANILLA_R2_AT_THE_END("R² at last cut, vanilla", Statistic.MEDIAN, Cell::vanillaR2AtTheEnd),
    COPY_R2_AT_THE_END("R² at last cut, copy", Statistic.MEDIAN, Cell::copyR2AtTheEnd),
    STITCH_DISTANCE("stitch distance", Statistic.MEDIAN, Column.STITCH_DISTANCE),
    IDENTITY_ACCURACY("identity accuracy", Column.IDENTITY_ACCURACY),
    IDENTITY_R2("identity R²", Statistic.MEDIAN, cell -> cell.controlR2(ControlStitch.IDENTITY)),
    PERMUTATION_ACCURACY("permutation accuracy", Column.PERMUTATION_ACCURACY),
    PERMUTATION_R2(
        "permutation R²", Statistic.MEDIAN, cell -> cell.controlR2(ControlStitch.PERMUTATION)),
    RANDOM_ACCURACY("random accuracy", Column.RANDOM_ACCURACY),
    RANDOM_R2("random R²", Statistic.MEDIAN, cell -> cell.controlR2(ControlStitch.RANDOM));

    static final Set<Measure> MAIN = EnumSet.range(VANILLA_ACCURACY, ES_BELOW_EV);
    static final Set<Measure> GEOMETRY = EnumSet.range(SENDER_CKA, STITCH_DISTANCE);
    static final Set<Measure> CONTROLS = EnumSet.range(IDENTITY_ACCURACY, RANDOM_R2);

    private final String heading;
    private final Statistic statistic;

    @SuppressWarnings("ImmutableEnumChecker") // method references, without state
    private final Function<Cell, @Nullable Double> value;

    Measure(String heading, Statistic statistic, Function<Cell, @Nullable Double> value) {
      this.heading = heading;
      this.statistic = statistic;
      this.value = value;
    }

    Measure(String heading, Function<Cell, @Nullable Double> value) {
      this(heading, Statistic.MEAN, value);
    }

    Measure(String heading, Column column) {
      this(heading, Statistic.MEAN, column);
    }

    Measure(String heading, Statistic statistic, Column column) {
      this(heading, statistic, cell -> (Double) column.of(cell));
    }

    String heading() {
      return statistic.heading(heading);
    }

    String write(List<Cell> cells) {
      return statistic.text(statistic.of(cells, value));
    }
  }

  /** Over all cells of {@code pairs}: accuracies, errors, R². */
  static RegionTable of(Results results, List<Pair> pairs, Split split) {
    return of(results, pairs, split, Measure.MAIN);
  }

  /** The same of geometry and later cuts. */
  static RegionTable geometry(Results results, List<Pair> pairs, Split split) {
    return of(results, pairs, split, Measure.GEOMETRY);
  }

  /** The same of stitches that nothing was trained of. */
  static RegionTable controls(Results results, List<Pair> pairs, Split split) {
    return of(results, pairs, split, Measure.CONTROLS);
  }

  /** Whether there is anything to show. */
  boolean measured() {
    return !headings.isEmpty();
  }

  private static RegionTable of(
      Results results, List<Pair> pairs, Split split, Set<Measure> candidates) {
    Map<String, Map<Region, List<Cell>>> regions = new LinkedHashMap<>();
    for (Condition condition : results.conditions()) {
      for (CopySolver solver : results.solvers()) {
        String solverName = results.solvers().size() > 1 ? "; copy by " + Words.of(solver) : "";
        for (Pair pair : pairs) {
          for (Cell cell : results.cells(pair, condition, solver, split)) {
            Region region = pair.region(cell.place().getSenderCut(), cell.place().getReceiverCut());
            regions
                .computeIfAbsent(Words.of(condition) + solverName, absent -> new LinkedHashMap<>())
                .computeIfAbsent(region, absent -> new ArrayList<>())
                .add(cell);
          }
        }
      }
    }
    return of(regions, candidates);
  }

  private static RegionTable of(
      Map<String, Map<Region, List<Cell>>> regions, Set<Measure> candidates) {
    List<Measure> measures =
        candidates.stream()
            .filter(
                measure ->
                    regions.values().stream()
                        .flatMap(block -> block.values().stream())
                        .flatMap(List::stream)
                        .anyMatch(cell -> measure.value.apply(cell) != null))
            .toList();
    List<Block> blocks = new ArrayList<>();
    regions.forEach(
        (condition, block) -> {
          List<Row> rows = new ArrayList<>();
          for (Region region : Region.values()) {
            List<Cell> cells = block.getOrDefault(region, List.of());
            if (!cells.isEmpty()) {
              rows.add(row(region, cells, measures));
            }
          }
          blocks.add(new Block(condition, rows));
        });
    return new RegionTable(measures.stream().map(Measure::heading).toList(), blocks);
  }

  private static Row row(Region region, List<Cell> cells, List<Measure> measures) {
    List<String> numbers = measures.stream().map(measure -> measure.write(cells)).toList();
    Collection<List<Cell>> places = CellKey.group(cells).values();
    long marked =
        places.stream().filter(seeds -> seeds.stream().anyMatch(Cell::notConverged)).count();
    String sign = Mark.NOT_CONVERGED.sign();
    return new Row(
        region.text(), places.size() + (marked == 0 ? "" : ", " + marked + " " + sign), numbers);
  }

  static @Nullable Double isPositive(@Nullable Double number) {
    return number == null || number.isNaN() ? null : (Double) (number > 0 ? 1.0 : 0.0);
  }

  private static @Nullable Double copyIsNearer(Cell cell) {
    Double ev = cell.ev();
    Double es = cell.es();
    return ev == null || es == null ? null : (Double) (es < ev ? 1.0 : 0.0);
  }
}
