package io.stitchflow.spec;

import io.stitchflow.network.CutPoint;
import io.stitchflow.objective.Objectives;
import io.stitchflow.stitch.Stitch;
import io.stitchflow.stitch.StitchFamilies;
import io.stitchflow.stitch.StitchFamily;
import io.stitchflow.v1.CopySolver;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.Initialization;
import io.stitchflow.v1.Network;
import io.stitchflow.v1.Pair;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Checks that the objectives are known and that a stitch family fits each pair of cuts in use. */
final class StitchRules {
  private static final String FAMILY = "stitch.family";

  // k of the largest Gram matrix, less the bias: its eigenvectors take minutes already
  private static final int MOST_INPUTS = 4096;

  private final Experiment written;
  private final Experiment filled;
  private final Function<String, List<CutPoint>> cuts;
  private final SourcePositions origins;
  private final Problems problems;
  private final String family;

  // where each pair is written
  private final Map<Pair, Integer> places = new HashMap<>();

  // cells that the named family does not fit
  private final List<String> misfits = new ArrayList<>();

  /**
   * @param written the experiment without defaults
   * @param filled the experiment with every default explicit
   * @param cuts the cuts in use of a network, by its name
   */
  StitchRules(
      Experiment written,
      Experiment filled,
      Function<String, List<CutPoint>> cuts,
      SourcePositions origins,
      Problems problems) {
    this.written = written;
    this.filled = filled;
    this.cuts = cuts;
    this.origins = origins;
    this.problems = problems;
    this.family = written.getStitch().getFamily();
    NetworkSeeds seeds = new NetworkSeeds(written.getNetworkList());
    for (int i = 0; i < written.getPairCount(); i++) {
      for (Pair pair : seeds.meant(written.getPair(i))) {
        places.putIfAbsent(pair, i);
      }
    }
  }

  void check() {
    checkObjectives();
    if (!family.isEmpty() && !StitchFamilies.names().contains(family)) {
      add(
          FAMILY,
          "there is no stitch family '"
              + family
              + "'; "
              + Suggestion.advice(family, StitchFamilies.names()));
      return;
    }
    filled.getPairList().forEach(this::check);
    if (!misfits.isEmpty()) {
      add(FAMILY, "'" + family + "' does not fit " + more(misfits));
    }
  }

  private void checkObjectives() {
    for (int i = 0; i < filled.getVanilla().getObjectiveCount(); i++) {
      String objective = filled.getVanilla().getObjective(i);
      if (!Objectives.names().contains(objective)) {
        add(
            "vanilla.objective[" + i + "]",
            "there is no objective '"
                + objective
                + "'; "
                + Suggestion.advice(objective, Objectives.names()));
      }
    }
  }

  private void check(Pair pair) {
    List<String> impossible = new ArrayList<>();
    List<String> large = new ArrayList<>();
    String networks = pair.getSender() + " -> " + pair.getReceiver();
    for (CutPoint from : cuts.apply(pair.getSender())) {
      for (CutPoint to : cuts.apply(pair.getReceiver())) {
        List<StitchFamily> fitting = StitchFamilies.fitting(from, to);
        if (fitting.isEmpty()) {
          impossible.add(StitchFamilies.noneFits(from, to));
        } else if (!family.isEmpty() && !StitchFamilies.get(family).fits(from, to)) {
          misfits.add(misfit(networks, from, to, fitting));
        } else {
          Stitch stitch = Stitch.chosen(family, from, to);
          if (!to.isMap() && stitch.inputs() > MOST_INPUTS) {
            large.add(from.layer() + " -> " + to.layer() + " from " + stitch.inputs() + " numbers");
          }
        }
      }
    }
    if (!impossible.isEmpty()) {
      add(path(pair), networks + ": " + more(impossible) + "; name the cuts that fit in `cut`");
    }
    if (!large.isEmpty() && solvesLeastSquares()) {
      add(
          path(pair),
          networks
              + ": least squares takes stitches into vectors from "
              + MOST_INPUTS
              + " numbers at most, but there are "
              + more(large)
              + "; choose SGD for copy.solver and KAIMING or MEAN for vanilla.initialization, or other cuts");
    }
  }

  private static String misfit(
      String networks, CutPoint from, CutPoint to, List<StitchFamily> fitting) {
    return String.format(
        Locale.ROOT,
        "%s, '%s' %s -> '%s' %s; choose %s, or other cuts",
        networks,
        from.layer(),
        from.shape(),
        to.layer(),
        to.shape(),
        fitting.stream().map(StitchFamily::name).collect(Collectors.joining(" or ")));
  }

  private void add(String path, String text) {
    problems.add(origins.of(path), path, text);
  }

  private boolean solvesLeastSquares() {
    return filled.getCopy().getSolverList().contains(CopySolver.LEAST_SQUARES)
        || filled.getVanilla().getInitializationList().contains(Initialization.COPY);
  }

  private static String more(List<String> all) {
    return all.get(0) + (all.size() > 1 ? "; and " + (all.size() - 1) + " more such cells" : "");
  }

  /**
   * Where the pair is written; else the network of it that is not a ResNet: those fit each other.
   */
  private String path(Pair pair) {
    Integer place = places.get(pair);
    if (place != null) {
      return "pair[" + place + "]";
    }
    for (int i = 0; i < written.getNetworkCount(); i++) {
      Network network = written.getNetwork(i);
      List<String> names = NetworkSeeds.names(network);
      boolean paired = names.contains(pair.getSender()) || names.contains(pair.getReceiver());
      if (paired && (network.getLayerCount() > 0 || network.hasRepresentations())) {
        return "network[" + i + "]";
      }
    }
    return "network";
  }
}
