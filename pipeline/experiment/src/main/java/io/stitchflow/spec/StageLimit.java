package io.stitchflow.spec;

import io.stitchflow.v1.Experiment;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * How many stages a run may have. The number is computed by arithmetic, before anything is made for
 * each of its pairs: a thousand networks have a million of them.
 */
final class StageLimit {
  static final int MOST_STAGES = 1_000_000;
  private static final int ALL_CONDITIONS = 4;

  private final Experiment written;
  private final double pairs;
  private final double conditions;
  private final double seeds;
  private final double solvers;
  private final double starts;
  private final double objectives;

  /**
   * @param written the experiment without defaults
   */
  StageLimit(Experiment written) {
    this.written = written;
    this.pairs = pairs(written);
    this.conditions =
        written.getConditionCount() == 0 ? ALL_CONDITIONS : written.getConditionCount();
    this.seeds = Math.max(1, written.getSeedCount());
    this.solvers = Math.max(1, written.getCopy().getSolverCount());
    this.objectives = Math.max(1, written.getVanilla().getObjectiveCount());
    this.starts = Math.max(1, written.getVanilla().getInitializationCount());
  }

  private static double pairs(Experiment written) {
    NetworkSeeds seeds = new NetworkSeeds(written.getNetworkList());
    Set<String> only = seeds.meant(written.getOnlyList());
    ToDoubleFunction<List<String>> used =
        names -> names.stream().filter(name -> only.isEmpty() || only.contains(name)).count();
    if (written.getPairCount() > 0) {
      return written.getPairList().stream()
          .mapToDouble(
              pair ->
                  used.applyAsDouble(seeds.meant(pair.getSender()))
                      * used.applyAsDouble(seeds.meant(pair.getReceiver())))
          .sum();
    }
    double senders =
        written.getNetworkList().stream().map(NetworkSeeds::names).mapToDouble(used).sum();
    double receivers =
        written.getNetworkList().stream()
            .filter(network -> !network.hasRepresentations())
            .map(NetworkSeeds::names)
            .mapToDouble(used)
            .sum();
    return senders * receivers;
  }

  /** Complains of too many stages, if each pair has one cell only; false where it did. */
  boolean checkPairs(SourcePositions origins, Problems problems) {
    return check(pairs, origins, problems);
  }

  /**
   * Complains of too many stages; false where it did.
   *
   * @param cells of all pairs, under one condition
   */
  boolean check(double cells, SourcePositions origins, Problems problems) {
    // Each cell has vanilla stitches and comparisons for each seed, and copies that seeds may share
    double stages = conditions * cells * (seeds * objectives * (starts + solvers) + solvers);
    if (stages <= MOST_STAGES) {
      return true;
    }
    String path = path();
    problems.add(
        origins.of(path),
        path,
        String.format(
            Locale.ROOT,
            "%,.0f pairs with %,.0f cells, %,.0f conditions, %,.0f stitch seeds and %,.0f copy"
                + " solvers give at least %,.0f stages, but a run has at most %,d; reduce pair, cut,"
                + " condition or seed, or split the experiment with 'only'",
            pairs,
            cells,
            conditions,
            seeds,
            solvers,
            stages,
            MOST_STAGES));
    return false;
  }

  /** What makes most of them. */
  private String path() {
    if (seeds > pairs) {
      return "seed";
    }
    return written.getPairCount() > 0 ? "pair" : "network";
  }
}
