package io.stitchflow.spec;

import io.stitchflow.comparison.Metrics;
import io.stitchflow.dataset.DatasetKind;
import io.stitchflow.dataset.DatasetKinds;
import io.stitchflow.network.layer.LayerTypes;
import io.stitchflow.representation.Baseline;
import io.stitchflow.representation.Baselines;
import io.stitchflow.v1.Condition;
import io.stitchflow.v1.CopySettings;
import io.stitchflow.v1.CopySolver;
import io.stitchflow.v1.Dataset;
import io.stitchflow.v1.ElementType;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.FrontSettings;
import io.stitchflow.v1.Initialization;
import io.stitchflow.v1.Network;
import io.stitchflow.v1.Optimizer;
import io.stitchflow.v1.Pair;
import io.stitchflow.v1.RankSettings;
import io.stitchflow.v1.RepresentationCut;
import io.stitchflow.v1.RepresentationPolicy;
import io.stitchflow.v1.StitchRecipe;
import io.stitchflow.v1.TrainingRecipe;
import io.stitchflow.v1.VanillaSettings;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The defaults that experiment.proto documents; those of a data set are its kind's. */
public final class ExperimentDefaults {
  // Chosen on held-out train images: DECISIONS.md
  private static final StitchRecipe VANILLA = recipe(10, 16, 0.002);
  private static final List<Double> FRONT = List.of(1., 10.);
  private static final List<Integer> RANKS = List.of(1, 2, 4, 8, 16);
  private static final StitchRecipe COPY = recipe(10, 64, 0.01);

  private ExperimentDefaults() {}

  /**
   * The experiment with every default explicit, including those of its preset, which it then no
   * longer names, and each network with one seed. No {@code cut} still means all cuts. Filling
   * twice changes nothing.
   */
  public static Experiment fill(Experiment experiment) {
    Experiment.Builder filled =
        Presets.fill(restricted(NetworkSeeds.expand(experiment))).toBuilder();
    if (filled.hasDataset()) {
      filled.setDataset(fill(filled.getDataset()));
    }
    for (Network.Builder network : filled.getNetworkBuilderList()) {
      fill(network, filled.getDataset());
      if (network.getCutCount() == 0 && !network.hasRepresentations()) {
        network.addAllCut(filled.getCutList());
      }
    }
    if (filled.getRepresentation().getDtype() == ElementType.ELEMENT_TYPE_UNSPECIFIED) {
      filled.getRepresentationBuilder().setDtype(ElementType.FLOAT32);
    }
    if (filled.getRepresentation().getPolicy()
        == RepresentationPolicy.REPRESENTATION_POLICY_UNSPECIFIED) {
      filled.getRepresentationBuilder().setPolicy(RepresentationPolicy.CACHE);
    }
    if (filled.getPairCount() == 0) {
      filled.addAllPair(allPairs(filled.getNetworkList()));
    }
    if (filled.getConditionCount() == 0) {
      filled.addAllCondition(
          List.of(
              Condition.TRAINED_TRAINED,
              Condition.RANDOM_TRAINED,
              Condition.TRAINED_RANDOM,
              Condition.RANDOM_RANDOM));
    }
    fill(filled.getVanillaBuilder());
    fill(filled.getFrontBuilder(), filled.getVanilla().getRecipe().getEpochs());
    fill(filled.getRankBuilder(), filled.getVanilla().getRecipe().getEpochs());
    fill(filled.getCopyBuilder());
    if (filled.getMetricCount() == 0) {
      filled.addAllMetric(Metrics.defaults());
    }
    if (filled.getSeedCount() == 0) {
      filled.addSeed(1);
    }
    return filled.build();
  }

  /** What {@code only} leaves. */
  private static Experiment restricted(Experiment experiment) {
    Set<String> only = new HashSet<>(experiment.getOnlyList());
    if (only.isEmpty()) {
      return experiment;
    }
    return experiment.toBuilder()
        .clearOnly()
        .clearNetwork()
        .addAllNetwork(
            experiment.getNetworkList().stream()
                .filter(network -> only.contains(network.getName()))
                .toList())
        .clearPair()
        .addAllPair(
            experiment.getPairList().stream()
                .filter(
                    pair -> only.contains(pair.getSender()) && only.contains(pair.getReceiver()))
                .toList())
        .build();
  }

  /** A data set with every default explicit, if its kind is known. */
  private static Dataset fill(Dataset dataset) {
    @Nullable DatasetKind kind = DatasetKinds.find(dataset);
    Dataset.Builder filled = (kind == null ? dataset : kind.fill(dataset)).toBuilder();
    if (filled.hasSplit() && !filled.getSplit().hasSeed()) {
      filled.getSplitBuilder().setSeed(1);
    }
    return filled.build();
  }

  /**
   * A network with every default explicit.
   *
   * @param dataset the experiment's
   */
  static Network fill(Network network, Dataset dataset) {
    Network.Builder filled = network.toBuilder();
    fill(filled, dataset);
    return filled.build();
  }

  private static boolean isAugmented(Dataset dataset) {
    @Nullable DatasetKind kind = DatasetKinds.find(dataset);
    return kind == null || kind.isAugmented();
  }

  /** Senders without a network and networks for another data set cannot be receivers. */
  private static List<Pair> allPairs(List<Network> networks) {
    return networks.stream()
        .flatMap(
            sender ->
                networks.stream()
                    .filter(receiver -> !receiver.hasRepresentations() && !receiver.hasDataset())
                    .map(
                        receiver ->
                            Pair.newBuilder()
                                .setSender(sender.getName())
                                .setReceiver(receiver.getName())
                                .build()))
        .toList();
  }

  private static void fill(Network.Builder network, Dataset dataset) {
    if (network.hasRepresentations()) {
      fillSender(network);
      return;
    }
    if (network.hasDataset()) {
      network.setDataset(fill(network.getDataset()));
    }
    // Whether training mirrors, shifts and blanks examples unless the recipe says otherwise
    boolean augmented = isAugmented(network.hasDataset() ? network.getDataset() : dataset);
    if (network.getWidth() == 0 && network.getLayerCount() == 0 && !network.hasProgram()) {
      network.setWidth(64);
    }
    network.getLayerBuilderList().forEach(LayerTypes::fillDefaults);
    if (network.getSeedCount() == 0) {
      network.addSeed(1);
    }
    if (network.hasWeights() || network.hasProgram()) {
      return; // they are trained already
    }
    TrainingRecipe.Builder recipe = network.getRecipeBuilder();
    if (!recipe.hasEpochs()) {
      recipe.setEpochs(20);
    }
    if (recipe.getBatchSize() == 0) {
      recipe.setBatchSize(64);
    }
    if (!recipe.hasLearningRate()) {
      recipe.setLearningRate(0.05);
    }
    if (!recipe.hasMomentum()) {
      recipe.setMomentum(0.9);
    }
    if (!recipe.hasWeightDecay()) {
      recipe.setWeightDecay(5e-4);
    }
    if (!recipe.hasWarmup()) {
      recipe.setWarmup(0.1);
    }
    if (!recipe.hasFlip()) {
      recipe.setFlip(augmented);
    }
    if (!recipe.hasTranslate()) {
      recipe.setTranslate(augmented ? 2 : 0);
    }
    if (!recipe.hasCutout()) {
      recipe.setCutout(augmented ? 4 : 0);
    }
    if (recipe.getOptimizer() == Optimizer.OPTIMIZER_UNSPECIFIED) {
      recipe.setOptimizer(Optimizer.MOMENTUM);
    }
  }

  /** There is nothing to train. */
  private static void fillSender(Network.Builder network) {
    if (network.getSeedCount() == 0) {
      network.addSeed(1);
    }
    for (RepresentationCut.Builder cut : network.getRepresentationsBuilder().getCutBuilderList()) {
      @Nullable Baseline baseline = Baselines.find(cut.build());
      if (baseline != null) {
        baseline.fillDefaults(cut);
      }
    }
  }

  private static void fill(VanillaSettings.Builder vanilla) {
    fill(vanilla.getRecipeBuilder(), VANILLA);
    boolean normalized = vanilla.getRecipe().getBatchNorm();
    if (!vanilla.getRecipe().hasWhiten()) {
      vanilla.getRecipeBuilder().setWhiten(!normalized);
    }
    if (vanilla.getInitializationCount() == 0) {
      vanilla.addInitialization(normalized ? Initialization.KAIMING : Initialization.COPY);
    }
    if (vanilla.getObjectiveCount() == 0) {
      vanilla.addObjective("task");
    }
  }

  /**
   * @param epochs of vanilla stitches
   */
  private static void fill(FrontSettings.Builder front, int epochs) {
    if (front.getWeightCount() == 0) {
      front.addAllWeight(FRONT);
    }
    fill(front.getRecipeBuilder(), fromCopy(epochs));
  }

  /**
   * @param epochs of vanilla stitches
   */
  private static void fill(RankSettings.Builder rank, int epochs) {
    if (rank.getRankCount() == 0) {
      rank.addAllRank(RANKS);
    }
    fill(rank.getRecipeBuilder(), fromCopy(epochs));
  }

  /** Of stitches that are trained beside the vanilla stitch. */
  private static StitchRecipe fromCopy(int epochs) {
    return VANILLA.toBuilder().setEpochs(epochs).setWhiten(true).build();
  }

  private static void fill(CopySettings.Builder copy) {
    fill(copy.getRecipeBuilder(), COPY);
    copy.getRecipeBuilder().setWhiten(false);
    if (copy.getSolverCount() == 0) {
      copy.addSolver(CopySolver.LEAST_SQUARES);
    }
    if (!copy.hasTolerance()) {
      copy.setTolerance(1e-12);
    }
  }

  private static StitchRecipe recipe(int epochs, int batchSize, double learningRate) {
    return StitchRecipe.newBuilder()
        .setEpochs(epochs)
        .setBatchSize(batchSize)
        .setLearningRate(learningRate)
        .setMomentum(0.9)
        .setWeightDecay(0)
        .setOptimizer(Optimizer.MOMENTUM)
        .setBatchNorm(false)
        .build();
  }

  private static void fill(StitchRecipe.Builder recipe, StitchRecipe defaults) {
    StitchRecipe written = recipe.build();
    recipe.mergeFrom(defaults).mergeFrom(written);
  }
}
