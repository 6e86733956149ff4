package io.stitchflow.spec;

import io.stitchflow.v1.Condition;
import io.stitchflow.v1.ConvolutionLayer;
import io.stitchflow.v1.CopySettings;
import io.stitchflow.v1.CopySolver;
import io.stitchflow.v1.ElementType;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.Initialization;
import io.stitchflow.v1.Layer;
import io.stitchflow.v1.Metric;
import io.stitchflow.v1.Network;
import io.stitchflow.v1.Optimizer;
import io.stitchflow.v1.Pair;
import io.stitchflow.v1.PoolLayer;
import io.stitchflow.v1.RepresentationPolicy;
import io.stitchflow.v1.StitchRecipe;
import io.stitchflow.v1.Synthetic;
import io.stitchflow.v1.TrainingRecipe;
import io.stitchflow.v1.VanillaSettings;
import java.util.List;

/** The defaults that experiment.proto promises; nothing else in the program knows them. */
public final class ExperimentDefaults {
  // Chosen on held-out train images: DECISIONS.md
  private static final StitchRecipe VANILLA = recipe(10, 16, 0.005);
  private static final StitchRecipe COPY = recipe(10, 64, 0.01);

  /** All but what takes more passes of the receiver on top of those that accuracy takes. */
  private static final List<Metric> METRICS =
      List.of(
          Metric.MSE,
          Metric.ACCURACY,
          Metric.AGREEMENT,
          Metric.COSINE,
          Metric.CKA,
          Metric.PROCRUSTES,
          Metric.DRIFT,
          Metric.MAHALANOBIS,
          Metric.DISTANCE,
          Metric.CONTROLS);

  private ExperimentDefaults() {}

  /**
   * The experiment with every default explicit, those of its preset too, which it then no longer
   * names; but that no {@code cut} still means all cuts, and that what was the only choice once is
   * left out, as in keys. Filling twice changes nothing.
   */
  public static Experiment fill(Experiment experiment) {
    Experiment.Builder filled = Presets.fill(restricted(experiment)).toBuilder();
    if (filled.getDataset().hasSynthetic()) {
      fill(filled.getDatasetBuilder().getSyntheticBuilder());
    }
    if (filled.getDataset().hasSplit() && !filled.getDataset().getSplit().hasSeed()) {
      filled.getDatasetBuilder().getSplitBuilder().setSeed(1);
    }
    filled.getNetworkBuilderList().forEach(ExperimentDefaults::fill);
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
    fill(filled.getCopyBuilder());
    if (filled.getMetricCount() == 0) {
      filled.addAllMetric(METRICS);
    }
    if (filled.getSeedCount() == 0) {
      filled.addSeed(1);
    }
    return filled.build();
  }

  /** What {@code only} leaves. */
  private static Experiment restricted(Experiment experiment) {
    List<String> only = experiment.getOnlyList();
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

  /** A network by itself with every default explicit. */
  static Network fill(Network network) {
    Network.Builder filled = network.toBuilder();
    fill(filled);
    return filled.build();
  }

  private static List<Pair> allPairs(List<Network> networks) {
    return networks.stream()
        .flatMap(
            sender ->
                networks.stream()
                    .map(
                        receiver ->
                            Pair.newBuilder()
                                .setSender(sender.getName())
                                .setReceiver(receiver.getName())
                                .build()))
        .toList();
  }

  private static void fill(Synthetic.Builder synthetic) {
    if (synthetic.getTrainExamples() == 0) {
      synthetic.setTrainExamples(2048);
    }
    if (synthetic.getTestExamples() == 0) {
      synthetic.setTestExamples(512);
    }
    if (!synthetic.hasNoise()) {
      synthetic.setNoise(24);
    }
    if (!synthetic.hasSeed()) {
      synthetic.setSeed(1);
    }
  }

  private static void fill(Network.Builder network) {
    if (network.getWidth() == 0 && network.getLayerCount() == 0) {
      network.setWidth(64);
    }
    network.getLayerBuilderList().forEach(ExperimentDefaults::fill);
    if (!network.hasSeed()) {
      network.setSeed(1);
    }
    if (network.hasWeights()) {
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
      recipe.setFlip(true);
    }
    if (!recipe.hasTranslate()) {
      recipe.setTranslate(2);
    }
    if (!recipe.hasCutout()) {
      recipe.setCutout(4);
    }
    if (recipe.getOptimizer() == Optimizer.MOMENTUM) {
      recipe.clearOptimizer(); // keys are older than the field
    }
  }

  private static void fill(Layer.Builder layer) {
    switch (layer.getKindCase()) {
      case CONV -> {
        ConvolutionLayer.Builder conv = layer.getConvBuilder();
        if (conv.getStride() == 0) {
          conv.setStride(1);
        }
        if (!conv.hasBias()) {
          conv.setBias(true);
        }
      }
      case MAX_POOL -> fill(layer.getMaxPoolBuilder());
      case AVG_POOL -> fill(layer.getAvgPoolBuilder());
      case LINEAR -> {
        if (!layer.getLinear().hasBias()) {
          layer.getLinearBuilder().setBias(true);
        }
      }
      case RESIDUAL -> {
        layer.getResidualBuilder().getBodyBuilderList().forEach(ExperimentDefaults::fill);
        layer.getResidualBuilder().getShortcutBuilderList().forEach(ExperimentDefaults::fill);
      }
      case SEQUENCE ->
          layer.getSequenceBuilder().getLayerBuilderList().forEach(ExperimentDefaults::fill);
      case BATCH_NORM, RELU, GLOBAL_AVG_POOL, FLATTEN, KIND_NOT_SET -> {}
    }
  }

  private static void fill(PoolLayer.Builder pool) {
    if (pool.getStride() == 0) {
      pool.setStride(pool.getKernel());
    }
  }

  private static void fill(VanillaSettings.Builder vanilla) {
    fill(vanilla.getRecipeBuilder(), VANILLA);
    if (vanilla.getInitialization() == Initialization.INITIALIZATION_UNSPECIFIED) {
      vanilla.setInitialization(Initialization.KAIMING);
    }
  }

  private static void fill(CopySettings.Builder copy) {
    fill(copy.getRecipeBuilder(), COPY);
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
        .build();
  }

  private static void fill(StitchRecipe.Builder recipe, StitchRecipe defaults) {
    StitchRecipe written = recipe.build();
    recipe.mergeFrom(defaults).mergeFrom(written);
    if (recipe.getOptimizer() == Optimizer.MOMENTUM) {
      recipe.clearOptimizer();
    }
    if (!recipe.getBatchNorm()) {
      recipe.clearBatchNorm();
    }
  }
}
