package io.stitchflow.report.cells;

import io.stitchflow.comparison.Quantity;
import io.stitchflow.v1.ReportNetwork;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * 95 % intervals of numbers over many cells.
 *
 * <p>Where each recipe of networks has at least {@link #LEAST_NETWORKS} seeds, networks are the
 * outer level: those of each recipe are drawn with replacement, and a cell counts as often as its
 * sender was drawn times its receiver (the pigeonhole bootstrap of <a
 * href="https://doi.org/10.1214/07-AOAS122">Owen 2007</a>). Otherwise cells are drawn, and network
 * seeds are not in the interval. Test images are the inner level of the cost of matching: all costs
 * of a resample move by the same normal number of their standard errors, since cells share their
 * images.
 */
public final class CellResampling {
  /** Fewest seeds of a recipe that say how far networks spread. */
  public static final int LEAST_NETWORKS = 3;

  private static final int RESAMPLES = 1_000;
  private static final int TRIES = 100;

  private final List<JudgedCell> cells;

  /** How often each network is drawn, by resample; empty where cells are drawn. */
  private final List<Map<String, Integer>> networks = new ArrayList<>();

  /** What cells are drawn by, by resample. */
  private final long[] seeds = new long[RESAMPLES];

  /** In standard errors, by resample. */
  private final double[] shifts = new double[RESAMPLES];

  private CellResampling(List<JudgedCell> cells, Collection<Set<String>> recipes) {
    this.cells = cells;
    Set<Pair> pairs = pairs(cells);
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < RESAMPLES; i++) {
      if (!recipes.isEmpty()) {
        networks.add(drawNetworks(pairs, recipes, random));
      }
      seeds[i] = random.nextLong();
      shifts[i] = normal(random);
    }
  }

  /** Resamples cells; the draws depend on their number and networks alone. */
  public static CellResampling of(List<JudgedCell> cells) {
    Map<ReportNetwork, Set<String>> recipes = new LinkedHashMap<>();
    for (Pair pair : pairs(cells)) {
      for (ReportNetwork network : networks(pair)) {
        recipes
            .computeIfAbsent(withoutSeed(network), absent -> new LinkedHashSet<>())
            .add(network.getName());
      }
    }
    boolean enough =
        recipes.entrySet().stream()
            .allMatch(
                recipe ->
                    Pair.isRecipeKnown(recipe.getKey())
                        && recipe.getValue().size() >= LEAST_NETWORKS);
    return new CellResampling(List.copyOf(cells), enough ? recipes.values() : List.of());
  }

  /** Those of a pair that were trained: not a sender without a network. */
  private static List<ReportNetwork> networks(Pair pair) {
    return pair.sender().getWithoutNetwork()
        ? List.of(pair.receiver())
        : List.of(pair.sender(), pair.receiver());
  }

  private static Set<Pair> pairs(List<JudgedCell> cells) {
    Set<Pair> pairs = new LinkedHashSet<>();
    cells.forEach(cell -> pairs.add(cell.pair()));
    return pairs;
  }

  private static ReportNetwork withoutSeed(ReportNetwork network) {
    return network.toBuilder().clearName().clearSeed().build();
  }

  /** Draws without any pair, such as of one network where self pairs are left out, are repeated. */
  private static Map<String, Integer> drawNetworks(
      Set<Pair> pairs, Collection<Set<String>> recipes, SplittableRandom random) {
    Map<String, Integer> drawn = new HashMap<>();
    boolean anyPair = false;
    for (int attempt = 0; attempt < TRIES && !anyPair; attempt++) {
      drawn.clear();
      for (Set<String> names : recipes) {
        List<String> all = List.copyOf(names);
        for (int i = 0; i < all.size(); i++) {
          drawn.merge(all.get(random.nextInt(all.size())), 1, Integer::sum);
        }
      }
      anyPair = pairs.stream().anyMatch(pair -> times(drawn, pair) > 0);
    }
    return drawn;
  }

  private static int times(Map<String, Integer> drawn, Pair pair) {
    return networks(pair).stream()
        .mapToInt(network -> drawn.getOrDefault(network.getName(), 0))
        .reduce(1, (a, b) -> a * b);
  }

  /** How often each cell counts in a resample. */
  private int[] counts(int resample) {
    int[] counts = new int[cells.size()];
    if (overNetworks()) {
      Map<String, Integer> drawn = networks.get(resample);
      Arrays.setAll(counts, i -> times(drawn, cells.get(i).pair()));
    } else {
      SplittableRandom random = new SplittableRandom(seeds[resample]);
      for (int i = 0; i < counts.length; i++) {
        counts[random.nextInt(counts.length)]++;
      }
    }
    return counts;
  }

  /** By Box and Muller 1958. */
  private static double normal(SplittableRandom random) {
    double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - random.nextDouble()));
    return radius * StrictMath.cos(2 * Math.PI * random.nextDouble());
  }

  /** Whether network seeds are the outer level. */
  public boolean overNetworks() {
    return !networks.isEmpty();
  }

  /** Of the quantity's statistic over cells; NaN if no cell has it. */
  public Interval of(Quantity quantity) {
    ToDoubleFunction<JudgedCell> center = cell -> cell.center(quantity);
    return switch (Statistic.of(quantity)) {
      case MEAN -> mean(center);
      case SHARE -> meanShare(center);
      case MEDIAN -> median(center);
    };
  }

  /** Of the share of cells that hold: Wilson's over cells, or over network seeds. */
  public Interval share(Predicate<JudgedCell> holds) {
    return meanShare(cell -> holds.test(cell) ? 1 : 0);
  }

  private Interval meanShare(ToDoubleFunction<JudgedCell> value) {
    if (overNetworks()) {
      return mean(value);
    }
    DoubleSummaryStatistics all =
        cells.stream().mapToDouble(value).filter(each -> !Double.isNaN(each)).summaryStatistics();
    return Interval.wilson(all.getAverage(), all.getCount());
  }

  /** Of the mean over cells; those with NaN are left out. NaN if none is left. */
  public Interval mean(ToDoubleFunction<JudgedCell> value) {
    double[] values = cells.stream().mapToDouble(value).toArray();
    // Sums are of differences from it, so that equal numbers have no spread
    double base = Arrays.stream(values).filter(each -> !Double.isNaN(each)).findFirst().orElse(0);
    Sample means = new Sample();
    for (int resample = 0; resample < RESAMPLES; resample++) {
      int[] counts = counts(resample);
      int all = 0;
      double sum = 0;
      for (int i = 0; i < counts.length; i++) {
        if (!Double.isNaN(values[i])) {
          all += counts[i];
          sum += counts[i] * (values[i] - base);
        }
      }
      if (all > 0) {
        means.add(base + sum / all);
      }
    }
    return ends(means);
  }

  /** Of the median over cells; those with NaN are left out. NaN if none is left. */
  public Interval median(ToDoubleFunction<JudgedCell> value) {
    double[] values = cells.stream().mapToDouble(value).toArray();
    int[] order =
        IntStream.range(0, values.length)
            .filter(i -> !Double.isNaN(values[i]))
            .boxed()
            .sorted(Comparator.comparingDouble(i -> values[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    Sample medians = new Sample();
    for (int resample = 0; resample < RESAMPLES; resample++) {
      int[] counts = counts(resample);
      int all = Arrays.stream(order).map(i -> counts[i]).sum();
      if (all > 0) {
        double low = values[drawn(order, counts, (all - 1) / 2)];
        double high = values[drawn(order, counts, all / 2)];
        medians.add(low == high ? low : (low + high) / 2);
      }
    }
    return ends(medians);
  }

  /** The cell at a place, from 0, among those drawn, in their order. */
  private static int drawn(int[] order, int[] counts, int place) {
    int i = 0;
    for (int before = counts[order[0]]; before <= place; before += counts[order[i]]) {
      i++;
    }
    return order[i];
  }

  /** Of the median cost of matching over the cells that hold; NaN if none does. */
  public Interval medianCost(Predicate<JudgedCell> holds) {
    boolean[] chosen = new boolean[cells.size()];
    double[] costs = new double[chosen.length];
    double[] errors = new double[chosen.length];
    for (int i = 0; i < chosen.length; i++) {
      JudgedCell cell = cells.get(i);
      costs[i] = cell.cost();
      errors[i] = cell.costError();
      chosen[i] = holds.test(cell) && !Double.isNaN(costs[i]);
    }
    Sample medians = new Sample();
    for (int resample = 0; resample < RESAMPLES; resample++) {
      int[] counts = counts(resample);
      Sample drawn = new Sample();
      for (int i = 0; i < chosen.length; i++) {
        for (int k = 0; chosen[i] && k < counts[i]; k++) {
          drawn.add(costs[i] + shifts[resample] * errors[i]);
        }
      }
      if (drawn.size() > 0) {
        medians.add(drawn.median());
      }
    }
    return ends(medians);
  }

  private static Interval ends(Sample sample) {
    return new Interval(sample.quantile(0.025), sample.quantile(0.975));
  }
}
