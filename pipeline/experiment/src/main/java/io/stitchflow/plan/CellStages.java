package io.stitchflow.plan;

import io.stitchflow.comparison.Metric;
import io.stitchflow.comparison.Metrics;
import io.stitchflow.network.CutPoint;
import io.stitchflow.objective.Objectives;
import io.stitchflow.stitch.Regression;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.CollectCrossMoments;
import io.stitchflow.v1.CollectGram;
import io.stitchflow.v1.CompareStitches;
import io.stitchflow.v1.CopySolver;
import io.stitchflow.v1.Dependency;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.FitCopyStitch;
import io.stitchflow.v1.FitVanillaStitch;
import io.stitchflow.v1.Initialization;
import io.stitchflow.v1.SolveCopyStitch;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StitchRecipe;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The stages of cells: both stitches and their comparison. What cells share is added once; stages
 * that differ in their seed share all else, as there may be tens of thousands.
 */
final class CellStages {
  private final Experiment experiment;
  private final PlanBuilder stages;
  private final Costs costs;
  private final Map<String, Stage> vanillas = new HashMap<>();
  private final Map<String, Stage> comparisons = new HashMap<>();

  CellStages(Experiment experiment, PlanBuilder stages, Costs costs) {
    this.experiment = experiment;
    this.stages = stages;
    this.costs = costs;
  }

  /**
   * Stages of one cell that the report reads.
   *
   * @param comparison the stage that compares
   * @param vanillas those that train its vanilla stitches, by start
   */
  record Reported(String comparison, List<String> vanillas) {
    Reported {
      vanillas = List.copyOf(vanillas);
    }
  }

  /** Adds all that the cell needs beyond its networks. */
  Reported add(StitchPair cell, String objective, CopySolver solver, long seed) {
    String copy = solver == CopySolver.SGD ? addCopyBySgd(cell, seed) : addCopyByLeastSquares(cell);
    List<Dependency> stitches = new ArrayList<>(addVanillas(cell, objective, seed));
    List<String> vanillas = stitches.stream().map(Dependency::getStage).distinct().toList();
    stitches.add(PlanBuilder.dependency("copy", copy, "stitch"));
    List<String> front = addFront(cell, seed);
    for (int i = 0; i < front.size(); i++) {
      stitches.add(PlanBuilder.dependency("front." + i, front.get(i), "stitch"));
    }
    List<String> ranks = addRanks(cell, seed);
    for (int i = 0; i < ranks.size(); i++) {
      stitches.add(PlanBuilder.dependency("rank." + i, ranks.get(i), "stitch"));
    }
    int place = experiment.getSeedList().indexOf(seed);
    if (place > 0 && metrics().stream().anyMatch(Metric::readsPreviousSeed)) {
      for (Dependency previous : addVanillas(cell, objective, experiment.getSeed(place - 1))) {
        stitches.add(previous.toBuilder().setRole(previous.getRole() + ".previous").build());
      }
    }
    String name = named(objective) + solver(solver);
    return new Reported(addComparison(cell, name, stitches, seed), vanillas);
  }

  /** Part of a stage's name: empty where the experiment has one objective. */
  private String named(String objective) {
    return experiment.getVanilla().getObjectiveCount() == 1 ? "" : "for " + objective + " ";
  }

  private static String solver(CopySolver solver) {
    return solver == CopySolver.SGD ? "SGD" : "least squares";
  }

  /** The stitches between vanilla and copy, if a metric reads them. */
  private List<String> addFront(StitchPair cell, long seed) {
    List<String> ids = new ArrayList<>();
    for (double weight : front(cell)) {
      String column = "front " + weight + " " + cell.column() + " seed " + seed;
      String id = "front " + weight + " " + cell.label() + " seed " + seed;
      if (!stages.has(id)) {
        Stage.Builder stage = fromCopy(cell, experiment.getFront().getRecipe(), id, column, seed);
        stage.getActionBuilder().getFitVanillaStitchBuilder().setMatching(weight);
        stages.add(stage);
      }
      ids.add(id);
    }
    return ids;
  }

  /** The stitches of low rank, if a metric reads them; those of a column are one group. */
  private List<String> addRanks(StitchPair cell, long seed) {
    List<String> ids = new ArrayList<>();
    for (int rank : ranks(cell)) {
      String id = "rank " + rank + " " + cell.label() + " seed " + seed;
      if (!stages.has(id)) {
        String column = "ranks " + cell.column() + " seed " + seed;
        Stage.Builder stage = fromCopy(cell, experiment.getRank().getRecipe(), id, column, seed);
        stage.getActionBuilder().getFitVanillaStitchBuilder().setRank(rank);
        stages.add(stage);
      }
      ids.add(id);
    }
    return ids;
  }

  /** A stitch that is trained for the task from the copy and reads the copy's moments. */
  private Stage.Builder fromCopy(
      StitchPair cell, StitchRecipe recipe, String id, String group, long seed) {
    Stage.Builder stage = trained(cell, recipe, "task", Initialization.COPY).setId(id);
    stage.setGroup(stages.group(group));
    stage.getActionBuilder().getFitVanillaStitchBuilder().setSeed(seed);
    stages.depend(stage, "gram", addGram(cell), "moments");
    stages.depend(stage, "cross", addCrossMoments(cell), "moments");
    return stage;
  }

  /** Weights of the front; none into a random receiver, which has no accuracy to lose. */
  private List<Double> front(StitchPair cell) {
    return !cell.receiver().random() && metrics().stream().anyMatch(Metric::readsFront)
        ? experiment.getFront().getWeightList()
        : List.of();
  }

  /** Ranks below that of the vanilla stitch; none into a random receiver. */
  private List<Integer> ranks(StitchPair cell) {
    if (cell.receiver().random() || metrics().stream().noneMatch(Metric::readsRanks)) {
      return List.of();
    }
    int full = Math.min(cell.stitch().inputs(), cell.receiverCut().channels());
    return experiment.getRank().getRankList().stream().filter(rank -> rank < full).toList();
  }

  /** What a comparison reads of the vanilla stitches: of several starts, their training too. */
  private List<Dependency> addVanillas(StitchPair cell, String objective, long seed) {
    String vanilla = "vanilla " + named(objective);
    if (starts().size() == 1) {
      String only = addVanilla(cell, objective, starts().get(0), vanilla, seed);
      return List.of(PlanBuilder.dependency("vanilla", only, "stitch"));
    }
    List<Dependency> stitches = new ArrayList<>();
    for (Initialization start : starts()) {
      String name = vanilla + "from " + start.name().toLowerCase(Locale.ROOT) + " ";
      String id = addVanilla(cell, objective, start, name, seed);
      int place = stitches.size() / 2;
      stitches.add(PlanBuilder.dependency("vanilla." + place, id, "stitch"));
      stitches.add(PlanBuilder.dependency("training." + place, id, "training"));
    }
    return stitches;
  }

  private List<Initialization> starts() {
    return experiment.getVanilla().getInitializationList();
  }

  /**
   * The stitch from one start. Those of all starts are one group.
   *
   * @param name without cell and seed
   */
  private String addVanilla(
      StitchPair cell, String objective, Initialization start, String name, long seed) {
    String id = name + cell.label() + " seed " + seed;
    if (stages.has(id)) {
      return id;
    }
    Stage ofAnySeed = vanillas.get(name + cell.label());
    if (ofAnySeed == null) {
      ofAnySeed =
          stages.complete(trained(cell, experiment.getVanilla().getRecipe(), objective, start));
      vanillas.put(name + cell.label(), ofAnySeed);
    }
    Action action = ofAnySeed.getAction();
    stages.add(
        ofAnySeed.toBuilder()
            .setId(id)
            .setGroup(stages.group("vanilla " + named(objective) + cell.column() + " seed " + seed))
            .setAction(
                action.toBuilder()
                    .setFitVanillaStitch(action.getFitVanillaStitch().toBuilder().setSeed(seed)))
            .build());
    return id;
  }

  /** A stitch that is trained through the receiver, of any seed. */
  private Stage.Builder trained(
      StitchPair cell, StitchRecipe recipe, String objective, Initialization start) {
    Stage.Builder stage = stages.stage("", "", costs.vanilla(cell, recipe.getEpochs()));
    stage.setExamples((long) recipe.getEpochs() * costs.examples("train"));
    stage.setOutputBytes(OutputSizes.stitch(cell));
    stage
        .getActionBuilder()
        .setFitVanillaStitch(
            FitVanillaStitch.newBuilder()
                .setSenderCut(cell.senderCut().layer())
                .setReceiverCut(cell.receiverCut().layer())
                .setFamily(cell.family())
                .setObjective(objective)
                .setRecipe(recipe)
                .setInitialization(start));
    dependOnSender(stage, "sender", cell, "train");
    stages.depend(stage, "network", cell.receiver().id(), "network");
    if (recipe.getPatience() > 0) {
      dependOnSender(stage, "sender.validation", cell, "validation");
    }
    if (Objectives.get(objective).readsRepresentation()) {
      dependOnReceiver(stage, "receiver", cell, "train");
      if (recipe.getPatience() > 0) {
        dependOnReceiver(stage, "receiver.validation", cell, "validation");
      }
    }
    if (start == Initialization.COPY) {
      stages.depend(stage, "start", addCopyByLeastSquares(cell), "stitch");
    } else if (start == Initialization.MEAN) {
      String gram = addGramOfChannels(cell.receiver(), cell.receiverCut());
      stages.depend(stage, "receiver.gram", gram, "moments");
    }
    if (recipe.getWhiten()) {
      String gram = addGramOfChannels(cell.sender(), cell.senderCut());
      stages.depend(stage, "sender.gram", gram, "moments");
    }
    return stage;
  }

  private String addCopyBySgd(StitchPair cell, long seed) {
    String id = "copy by SGD " + cell.label() + " seed " + seed;
    if (stages.has(id)) {
      return id;
    }
    Stage.Builder stage =
        stages.stage(
            id,
            "copy by SGD " + cell.column() + " seed " + seed,
            costs.copyBySgd(cell, experiment.getCopy().getRecipe().getEpochs()));
    stage.setExamples(
        (long) experiment.getCopy().getRecipe().getEpochs() * costs.examples("train"));
    stage.setOutputBytes(OutputSizes.stitch(cell));
    stage
        .getActionBuilder()
        .setFitCopyStitch(
            FitCopyStitch.newBuilder()
                .setSenderCut(cell.senderCut().layer())
                .setReceiverCut(cell.receiverCut().layer())
                .setFamily(cell.family())
                .setRecipe(experiment.getCopy().getRecipe())
                .setSeed(seed));
    dependOnSender(stage, "sender", cell, "train");
    dependOnReceiver(stage, "receiver", cell, "train");
    stages.add(stage);
    return id;
  }

  /**
   * The exact solution needs no seed: one stage serves all seeds. Those of a sender's cut are one
   * group, since they share eigenvectors.
   */
  private String addCopyByLeastSquares(StitchPair cell) {
    String id = "copy " + cell.label();
    if (stages.has(id)) {
      return id;
    }
    String group = "copy " + cell.sender().label() + "/" + cell.senderCut().layer();
    Stage.Builder stage = stages.stage(id, group, costs.solve(cell));
    stage.setOutputBytes(OutputSizes.stitch(cell));
    stage
        .getActionBuilder()
        .setSolveCopyStitch(
            SolveCopyStitch.newBuilder()
                .setSenderCut(cell.senderCut().layer())
                .setReceiverCut(cell.receiverCut().layer())
                .setFamily(cell.family())
                .addAllSenderShape(cell.senderCut().shape())
                .addAllReceiverShape(cell.receiverCut().shape())
                .setTolerance(experiment.getCopy().getTolerance()));
    stages.depend(stage, "gram", addGram(cell), "moments");
    stages.depend(stage, "cross", addCrossMoments(cell), "moments");
    stages.add(stage);
    return id;
  }

  /** Of the numbers that the cell's stitch computes a number from. */
  private String addGram(StitchPair cell) {
    return addGram(cell.sender(), cell.senderCut(), cell.stitch().regression());
  }

  private String addGramOfChannels(NetworkVariant network, CutPoint cut) {
    List<Integer> window = cut.isMap() ? List.of(1, 1) : List.of();
    return addGram(network, cut, new Regression(List.of(), window, 1));
  }

  private String addGram(NetworkVariant network, CutPoint cut, Regression regression) {
    String label = network.label() + "/" + cut.layer();
    List<Integer> window = regression.window();
    List<Integer> positions = regression.positions();
    String resampled = positions.isEmpty() ? "" : " resampled to " + positions;
    String id = "gram " + label + resampled + " window " + window;
    if (!stages.has(id)) {
      int inputs = window.stream().reduce(cut.channels(), Math::multiplyExact);
      Stage.Builder stage = stages.stage(id, "gram " + label, costs.gram(cut, inputs + 1));
      stage.setOutputBytes(OutputSizes.gram(inputs + 1));
      stage
          .getActionBuilder()
          .setCollectGram(CollectGram.newBuilder().addAllWindow(window).addAllPositions(positions));
      dependOnRepresentation(stage, "sender", network, cut, "train");
      stages.add(stage);
    }
    return id;
  }

  private String addCrossMoments(StitchPair cell) {
    String id = "cross moments " + cell.label();
    if (stages.has(id)) {
      return id;
    }
    Stage.Builder stage = stages.stage(id, "cross moments " + cell.column(), costs.cross(cell));
    stage.setOutputBytes(OutputSizes.cross(cell));
    stage
        .getActionBuilder()
        .setCollectCrossMoments(CollectCrossMoments.newBuilder().setFamily(cell.family()));
    dependOnSender(stage, "sender", cell, "train");
    dependOnReceiver(stage, "receiver", cell, "train");
    stages.add(stage);
    return id;
  }

  private String addComparison(StitchPair cell, String name, List<Dependency> stitches, long seed) {
    String id = "compare " + cell.label() + " " + name + " seed " + seed;
    Stage ofAnySeed = comparisons.get(cell.label());
    if (ofAnySeed == null) {
      ofAnySeed = comparison(cell);
      comparisons.put(cell.label(), ofAnySeed);
    }
    Stage.Builder stage =
        ofAnySeed.toBuilder()
            .setId(id)
            .setGroup(stages.group("compare " + cell.column() + " " + name + " seed " + seed))
            .clearDependency()
            .addAllDependency(stitches)
            .addAllDependency(ofAnySeed.getDependencyList())
            .setAction(seeded(ofAnySeed.getAction(), seed));
    stages.add(stage.build());
    return id;
  }

  /** With the seed if it changes the result, as the random stitch of a control does. */
  private Action seeded(Action action, long seed) {
    return metrics().stream().anyMatch(Metric::isRandom)
        ? action.toBuilder()
            .setCompareStitches(action.getCompareStitches().toBuilder().setSeed(seed))
            .build()
        : action;
  }

  private List<Metric> metrics() {
    return Metrics.named(experiment.getMetricList());
  }

  /** What comparisons of all seeds have in common: all but the stitches, which come first. */
  private Stage comparison(StitchPair cell) {
    Stage.Builder stage =
        stages.stage(
            "",
            "",
            costs.comparison(cell, starts().size(), front(cell).size() + ranks(cell).size()));
    stage.setExamples((long) costs.examples("train") + costs.examples("test"));
    stage.setOutputBytes(OutputSizes.COMPARISON);
    stage
        .getActionBuilder()
        .setCompareStitches(
            CompareStitches.newBuilder()
                .setSenderCut(cell.senderCut().layer())
                .setReceiverCut(cell.receiverCut().layer())
                .addAllMetric(metrics().stream().map(Metric::name).toList())
                .addAllFront(front(cell))
                .addAllStart(starts().size() == 1 ? List.of() : starts())
                .addAllRank(ranks(cell)));
    dependOnSender(stage, "sender.train", cell, "train");
    dependOnSender(stage, "sender.test", cell, "test");
    dependOnReceiver(stage, "receiver.train", cell, "train");
    dependOnReceiver(stage, "receiver.test", cell, "test");
    stages.depend(stage, "network", cell.receiver().id(), "network");
    if (!cell.sender().withoutNetwork() && !cell.sender().hasOwnDataset()) {
      stages.depend(stage, "sender.predictions", cell.sender().id(), "predictions");
    }
    stages.depend(stage, "receiver.predictions", cell.receiver().id(), "predictions");
    return stages.complete(stage);
  }

  private void dependOnSender(Stage.Builder stage, String role, StitchPair cell, String split) {
    dependOnRepresentation(stage, role, cell.sender(), cell.senderCut(), split);
  }

  private void dependOnReceiver(Stage.Builder stage, String role, StitchPair cell, String split) {
    dependOnRepresentation(stage, role, cell.receiver(), cell.receiverCut(), split);
  }

  private void dependOnRepresentation(
      Stage.Builder stage, String role, NetworkVariant subject, CutPoint cut, String split) {
    stages.depend(stage, role, subject.representation(cut, split), "representation");
  }
}
