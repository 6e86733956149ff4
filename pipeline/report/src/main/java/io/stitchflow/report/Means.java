package io.stitchflow.report;

import io.stitchflow.v1.Condition;
import io.stitchflow.v1.CopySolver;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Means over the lower triangle, the diagonal and the upper triangle, as the report's tables show
 * them: the mean over cells for each seed, then the mean over seeds and half of its 95 % interval;
 * no interval where it is 0.
 *
 * @param headings of the columns of numbers; those that nothing was measured for are left out
 */
record Means(List<String> headings, List<Block> blocks) {
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

  /** One region; {@code cells} counts cells, not their seeds. */
  record Row(String region, int cells, List<String> numbers) {}

  private enum Measure {
    VANILLA_ACCURACY("vanilla accuracy", Cell::vanillaAccuracy),
    COPY_ACCURACY("copy accuracy", Cell::copyAccuracy),
    RECEIVER_ACCURACY("receiver accuracy", Cell::receiverAccuracy),
    R2_VANILLA("R² vanilla", Cell::r2Vanilla),
    R2_COPY("R² copy", Cell::r2Copy),
    R2_CEILING("R² ceiling", Cell::r2Ceiling),
    EV("EV", Cell::ev),
    ES("ES", Cell::es),
    SV("SV", Cell::sv),
    ES_BELOW_EV("ES < EV", Means::copyIsNearer),
    SENDER_CKA("CKA sender", Column.SENDER_CKA),
    VANILLA_CKA("CKA vanilla", Column.VANILLA_CKA),
    COPY_CKA("CKA copy", Column.COPY_CKA),
    SENDER_PROCRUSTES("Procrustes sender", Column.SENDER_PROCRUSTES),
    VANILLA_PROCRUSTES("Procrustes vanilla", Column.VANILLA_PROCRUSTES),
    COPY_PROCRUSTES("Procrustes copy", Column.COPY_PROCRUSTES),
    VANILLA_COSINE("cosine vanilla", Column.VANILLA_COSINE),
    COPY_COSINE("cosine copy", Column.COPY_COSINE),
    VANILLA_MAHALANOBIS("Mahalanobis vanilla", Column.VANILLA_MAHALANOBIS),
    COPY_MAHALANOBIS("Mahalanobis copy", Column.COPY_MAHALANOBIS),
    VANILLA_R2_AT_THE_END("R² at last cut, vanilla", Cell::vanillaR2AtTheEnd),
    COPY_R2_AT_THE_END("R² at last cut, copy", Cell::copyR2AtTheEnd),
    STITCH_DISTANCE("stitch distance", Column.STITCH_DISTANCE),
    IDENTITY_ACCURACY("identity accuracy", Column.IDENTITY_ACCURACY),
    IDENTITY_R2("identity R²", cell -> cell.controlR2(ControlStitch.IDENTITY)),
    PERMUTATION_ACCURACY("permutation accuracy", Column.PERMUTATION_ACCURACY),
    PERMUTATION_R2("permutation R²", cell -> cell.controlR2(ControlStitch.PERMUTATION)),
    RANDOM_ACCURACY("random accuracy", Column.RANDOM_ACCURACY),
    RANDOM_R2("random R²", cell -> cell.controlR2(ControlStitch.RANDOM));

    static final Set<Measure> MAIN = EnumSet.range(VANILLA_ACCURACY, ES_BELOW_EV);
    static final Set<Measure> GEOMETRY = EnumSet.range(SENDER_CKA, STITCH_DISTANCE);
    static final Set<Measure> CONTROLS = EnumSet.range(IDENTITY_ACCURACY, RANDOM_R2);

    private final String heading;

    @SuppressWarnings("ImmutableEnumChecker") // method references, without state
    private final Function<Cell, @Nullable Double> value;

    Measure(String heading, Function<Cell, @Nullable Double> value) {
      this.heading = heading;
      this.value = value;
    }

    Measure(String heading, Column column) {
      this(heading, cell -> (Double) column.of(cell));
    }

    String write(Sample seeds) {
      if (seeds.size() == 0) {
        return "–";
      }
      if (this == ES_BELOW_EV) {
        return Numbers.fixed(100 * seeds.mean(), 1) + " %";
      }
      String mean = Numbers.brief(seeds.mean());
      String text =
          seeds.halfInterval() == 0
              ? mean
              : mean + " ± " + Numbers.spread(seeds.mean(), seeds.halfInterval());
      return text.replace('-', '−');
    }
  }

  /** Means over all cells of {@code pairs}: accuracies, errors, R². */
  static Means of(Results results, List<Pair> pairs, Split split) {
    return of(results, pairs, split, Measure.MAIN);
  }

  /** The same of geometry and later cuts. */
  static Means geometry(Results results, List<Pair> pairs, Split split) {
    return of(results, pairs, split, Measure.GEOMETRY);
  }

  /** The same of stitches that nothing was trained of. */
  static Means controls(Results results, List<Pair> pairs, Split split) {
    return of(results, pairs, split, Measure.CONTROLS);
  }

  /** Whether there is anything to show. */
  boolean measured() {
    return !headings.isEmpty();
  }

  private static Means of(Results results, List<Pair> pairs, Split split, Set<Measure> candidates) {
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

  private static Means of(Map<String, Map<Region, List<Cell>>> regions, Set<Measure> candidates) {
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
    return new Means(measures.stream().map(measure -> measure.heading).toList(), blocks);
  }

  private static Row row(Region region, List<Cell> cells, List<Measure> measures) {
    List<String> numbers = measures.stream().map(m -> m.write(overSeeds(cells, m.value))).toList();
    long places =
        cells.stream().map(cell -> cell.place().toBuilder().clearSeed().build()).distinct().count();
    return new Row(region.text(), (int) places, numbers);
  }

  /** Each seed's mean over its cells, as one sample. */
  static Sample overSeeds(List<Cell> cells, Function<Cell, @Nullable Double> value) {
    Map<Long, Sample> seeds = new LinkedHashMap<>();
    for (Cell cell : cells) {
      Double number = value.apply(cell);
      if (number != null) {
        seeds.computeIfAbsent(cell.place().getSeed(), absent -> new Sample()).add(number);
      }
    }
    Sample sample = new Sample();
    seeds.values().forEach(seed -> sample.add(seed.mean()));
    return sample;
  }

  private static @Nullable Double copyIsNearer(Cell cell) {
    Double ev = cell.ev();
    Double es = cell.es();
    return ev == null || es == null ? null : (Double) (es < ev ? 1.0 : 0.0);
  }
}
