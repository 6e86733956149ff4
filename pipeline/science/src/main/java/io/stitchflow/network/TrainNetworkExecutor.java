package io.stitchflow.network;

import io.stitchflow.memo.StageExecutor;
import io.stitchflow.memo.StageRun;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.torch.DeviceMemory;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.TrainNetwork;
import io.stitchflow.v1.TrainingCurve;
import io.stitchflow.v1.TrainingRecipe;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Trains networks, one after another, and evaluates each over both whole splits. With 0 epochs it
 * is the random control of its seed, or an imported network: the weights that training starts from.
 */
public final class TrainNetworkExecutor implements StageExecutor {
  private static final String START = "start";
  // Evaluation's part of the work, roughly: two forward passes beside epochs of three
  private static final double TRAINING_SHARE = 0.95;

  @Override
  public void execute(List<StageRun> runs, DoubleConsumer progress) throws IOException {
    for (int i = 0; i < runs.size(); i++) {
      int done = i;
      execute(runs.get(i), share -> progress.accept((done + share) / runs.size()));
    }
  }

  private static void execute(StageRun run, DoubleConsumer progress) throws IOException {
    TrainNetwork parameters = run.action().getTrainNetwork();
    TrainingCurve.Builder curve = TrainingCurve.newBuilder();
    try (TensorFile train = TensorFile.open(run.input("train"));
        TensorFile test = TensorFile.open(run.input("test"));
        Lane lane = Lane.open(run.action().getToolchain());
        Weights weights =
            start(run, lane, Architecture.of(parameters, ClassificationTask.of(train)))) {
      if (parameters.getRecipe().getEpochs() > 0) {
        curve.mergeFrom(
            train(run, lane, weights, train, share -> progress.accept(TRAINING_SHARE * share)));
      }
      weights.save(run.output("network"));
      try (Network network = LayeredNetwork.of(weights)) {
        new NetworkEvaluator(lane, train, test)
            .write(
                run,
                network,
                curve,
                share -> progress.accept(TRAINING_SHARE + (1 - TRAINING_SHARE) * share));
      }
    }
  }

  private static TrainingCurve train(
      StageRun run, Lane lane, Weights weights, TensorFile train, DoubleConsumer progress)
      throws IOException {
    TrainNetwork parameters = run.action().getTrainNetwork();
    TrainingRecipe recipe = parameters.getRecipe();
    // Another stream than the initial weights'
    long seed = new SplittableRandom(parameters.getSeed()).split().nextLong();
    NetworkTrainer trainer = new NetworkTrainer(lane, weights, recipe, train, seed);
    TrainingCurve.Builder curve = TrainingCurve.newBuilder();
    try (@Nullable TensorFile validation =
        recipe.getPatience() > 0 ? TensorFile.open(run.input("validation")) : null) {
      DeviceMemory.fixed(
          recipe.getBatchSize(),
          () ->
              curve.mergeFrom(
                  trainer.train(
                      run.checkpoint(),
                      () ->
                          NetworkEvaluator.crossEntropy(
                              lane, weights, Objects.requireNonNull(validation)),
                      progress,
                      run::loss)));
    }
    return curve.build();
  }

  private static Weights start(StageRun run, Lane lane, Architecture architecture)
      throws IOException {
    if (run.action().getInputList().stream().noneMatch(input -> input.getRole().equals(START))) {
      return Weights.random(lane, architecture, run.action().getTrainNetwork().getSeed());
    }
    Weights weights = Weights.load(lane, run.input(START));
    if (!weights.architecture().equals(architecture)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the imported network is %s for %s, not %s for %s",
              weights.architecture(),
              weights.architecture().task().words(),
              architecture,
              architecture.task().words()));
    }
    return weights;
  }
}
