package io.stitchflow.spec;

import io.stitchflow.comparison.Metrics;
import io.stitchflow.v1.CopySolver;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.Initialization;
import io.stitchflow.v1.Network;
import io.stitchflow.v1.Optimizer;
import io.stitchflow.v1.StitchRecipe;
import io.stitchflow.v1.TrainingRecipe;

/**
 * Published recipes as defaults. What a preset gives is merged under what is written, so that every
 * field that is written wins; what it does not name is left to our own defaults.
 */
final class Presets {
  private static final int PAPER_BATCH = 256;
  private static final double PAPER_RATE = 0.01;
  private static final double PAPER_DECAY = 0.01;
  private static final double PAPER_MOMENTUM = 0.9;

  /** Its stitch nearly always has nine tenths of the copy's R², which verdicts need. */
  private static final double FAST_WEIGHT = 10;

  private Presets() {}

  /** The experiment with its preset's defaults explicit, and no preset. */
  static Experiment fill(Experiment written) {
    Experiment.Builder filled = written.toBuilder().clearPreset();
    switch (written.getPreset()) {
      case PAPER -> {
        for (Network.Builder network : filled.getNetworkBuilderList()) {
          if (!network.hasRepresentations()) {
            network.setRecipe(under(network.getRecipe(), paperNetwork()));
          }
        }
        vanilla(filled, paperStitch(4));
        start(filled, Initialization.KAIMING);
        withoutFront(filled);
        copy(filled, paperStitch(30));
        solver(filled, CopySolver.SGD);
      }
      case CSISZARIK -> {
        vanilla(
            filled,
            StitchRecipe.newBuilder()
                .setEpochs(30)
                .setBatchSize(64)
                .setOptimizer(Optimizer.ADAM)
                .setLearningRate(0.001)
                .setWhiten(false)
                .build());
        start(filled, Initialization.COPY);
        withoutFront(filled);
        solver(filled, CopySolver.LEAST_SQUARES);
      }
      case BANSAL -> {
        vanilla(filled, StitchRecipe.newBuilder().setBatchNorm(true).build());
        withoutFront(filled);
      }
      case FAST -> {
        if (filled.getFront().getWeightCount() == 0) {
          filled.getFrontBuilder().addWeight(FAST_WEIGHT);
        }
      }
      case PRESET_UNSPECIFIED, DEFAULT, UNRECOGNIZED -> {}
    }
    return filled.build();
  }

  private static TrainingRecipe paperNetwork() {
    return TrainingRecipe.newBuilder()
        .setOptimizer(Optimizer.MOMENTUM)
        .setEpochs(40)
        .setBatchSize(PAPER_BATCH)
        .setLearningRate(PAPER_RATE)
        .setMomentum(PAPER_MOMENTUM)
        .setWeightDecay(PAPER_DECAY)
        .setFlip(true)
        .setTranslate(2)
        .setCutout(4)
        .build();
  }

  private static StitchRecipe paperStitch(int epochs) {
    return StitchRecipe.newBuilder()
        .setOptimizer(Optimizer.MOMENTUM)
        .setEpochs(epochs)
        .setBatchSize(PAPER_BATCH)
        .setLearningRate(PAPER_RATE)
        .setMomentum(PAPER_MOMENTUM)
        .setWeightDecay(PAPER_DECAY)
        .setWhiten(false)
        .build();
  }

  private static void vanilla(Experiment.Builder experiment, StitchRecipe preset) {
    experiment.getVanillaBuilder().setRecipe(under(experiment.getVanilla().getRecipe(), preset));
  }

  private static void copy(Experiment.Builder experiment, StitchRecipe preset) {
    experiment.getCopyBuilder().setRecipe(under(experiment.getCopy().getRecipe(), preset));
  }

  private static void start(Experiment.Builder experiment, Initialization preset) {
    if (experiment.getVanilla().getInitializationCount() == 0) {
      experiment.getVanillaBuilder().addInitialization(preset);
    }
  }

  /** The default metrics but those that need more stitches than vanilla and copy. */
  private static void withoutFront(Experiment.Builder experiment) {
    if (experiment.getMetricCount() == 0) {
      Metrics.named(Metrics.defaults()).stream()
          .filter(metric -> !metric.readsFront())
          .forEach(metric -> experiment.addMetric(metric.name()));
    }
  }

  private static void solver(Experiment.Builder experiment, CopySolver preset) {
    if (experiment.getCopy().getSolverCount() == 0) {
      experiment.getCopyBuilder().addSolver(preset);
    }
  }

  private static TrainingRecipe under(TrainingRecipe written, TrainingRecipe preset) {
    return preset.toBuilder().mergeFrom(written).build();
  }

  private static StitchRecipe under(StitchRecipe written, StitchRecipe preset) {
    return preset.toBuilder().mergeFrom(written).build();
  }
}
