package io.stitchflow.report.cells;

import io.stitchflow.v1.ReportNetwork;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Predicate;

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
  private final boolean overNetworks;

  /** How often each cell counts in each resample. */
  private final int[][] counts;

  /** In standard errors, by resample. */
  private final double[] shifts;

  private CellResampling(
      List<JudgedCell> cells, boolean overNetworks, int[][] counts, double[] shifts) {
    this.cells = cells;
    this.overNetworks = overNetworks;
    this.counts = counts;
    this.shifts = shifts;
  }

  /** Resamples cells; the draws depend on their number and networks alone. */
  public static CellResampling of(List<JudgedCell> cells) {
    Map<ReportNetwork, Set<String>> recipes = new LinkedHashMap<>();
    for (JudgedCell cell : cells) {
      for (ReportNetwork network : List.of(cell.pair().sender(), cell.pair().receiver())) {
        recipes
            .computeIfAbsent(withoutSeed(network), absent -> new LinkedHashSet<>())
            .add(network.getName());
      }
    }
    boolean overNetworks =
        !cells.isEmpty()
            && recipes.entrySet().stream()
                .allMatch(
                    recipe ->
                        !recipe.getKey().getImported()
                            && recipe.getValue().size() >= LEAST_NETWORKS);
    SplittableRandom random = new SplittableRandom(1);
    int[][] counts = new int[RESAMPLES][];
    double[] shifts = new double[RESAMPLES];
    for (int i = 0; i < RESAMPLES; i++) {
      counts[i] =
          overNetworks ? drawNetworks(cells, recipes, random) : drawCells(cells.size(), random);
      shifts[i] = normal(random);
    }
    return new CellResampling(List.copyOf(cells), overNetworks, counts, shifts);
  }

  private static ReportNetwork withoutSeed(ReportNetwork network) {
    return network.toBuilder().clearName().clearSeed().build();
  }

  private static int[] drawCells(int cells, SplittableRandom random) {
    int[] counts = new int[cells];
    for (int i = 0; i < cells; i++) {
      counts[random.nextInt(cells)]++;
    }
    return counts;
  }

  /** Draws without any cell, such as of one network where self pairs are left out, are repeated. */
  private static int[] drawNetworks(
      List<JudgedCell> cells, Map<ReportNetwork, Set<String>> recipes, SplittableRandom random) {
    int[] counts = new int[cells.size()];
    for (int attempt = 0; attempt < TRIES; attempt++) {
      Map<String, Integer> drawn = new LinkedHashMap<>();
      for (Set<String> names : recipes.values()) {
        List<String> all = new ArrayList<>(names);
        for (int i = 0; i < all.size(); i++) {
          drawn.merge(all.get(random.nextInt(all.size())), 1, Integer::sum);
        }
      }
      int total = 0;
      for (int i = 0; i < counts.length; i++) {
        Pair pair = cells.get(i).pair();
        counts[i] =
            drawn.getOrDefault(pair.sender().getName(), 0)
                * drawn.getOrDefault(pair.receiver().getName(), 0);
        total += counts[i];
      }
      if (total > 0) {
        break;
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
    return overNetworks;
  }

  /** Of the share of cells that hold: Wilson's over cells, or over network seeds. */
  public Interval share(Predicate<JudgedCell> holds) {
    if (!overNetworks) {
      double share = (double) cells.stream().filter(holds).count() / Math.max(1, cells.size());
      return Interval.wilson(share, cells.size());
    }
    Sample shares = new Sample();
    for (int[] count : counts) {
      int all = 0;
      int held = 0;
      for (int i = 0; i < count.length; i++) {
        all += count[i];
        held += holds.test(cells.get(i)) ? count[i] : 0;
      }
      if (all > 0) {
        shares.add((double) held / all);
      }
    }
    return ends(shares);
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
      Sample drawn = new Sample();
      for (int i = 0; i < chosen.length; i++) {
        for (int k = 0; chosen[i] && k < counts[resample][i]; k++) {
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
