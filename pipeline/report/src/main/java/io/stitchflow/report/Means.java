package io.stitchflow.report;

import io.stitchflow.v1.Condition;
import io.stitchflow.v1.CopySolver;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Means over the lower triangle, the diagonal and the upper triangle, as the report's tables show
 * them: the mean over cells for each seed, then mean and standard deviation over seeds; no
 * deviation where it is 0.
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
    ES_BELOW_EV("ES < EV", Means::copyIsNearer);

    private final String heading;

    @SuppressWarnings("ImmutableEnumChecker") // method references, without state
    private final Function<Cell, @Nullable Double> value;

    Measure(String heading, Function<Cell, @Nullable Double> value) {
      this.heading = heading;
      this.value = value;
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
          seeds.deviation() == 0
              ? mean
              : mean + " ± " + Numbers.spread(seeds.mean(), seeds.deviation());
      return text.replace('-', '−');
    }
  }

  /** Means over all cells of {@code pairs}. */
  static Means of(Results results, List<Pair> pairs, Split split) {
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
    return of(regions);
  }

  private static Means of(Map<String, Map<Region, List<Cell>>> regions) {
    List<Measure> measures =
        Arrays.stream(Measure.values())
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
