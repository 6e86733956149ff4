package io.stitchflow.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.artifacts.StageExecutor;
import io.stitchflow.artifacts.StageRun;
import io.stitchflow.artifacts.tensor.TensorFile;
import io.stitchflow.torch.DeviceMemory;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.Predictions;
import io.stitchflow.v1.TrainNetwork;
import io.stitchflow.v1.TrainingCurve;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleConsumer;
import java.util.function.IntConsumer;

/**
 * Trains networks, one after another, and evaluates each over both whole splits. With 0 epochs it
 * is the random control of its seed: the weights that training starts from.
 */
public final class TrainNetworkExecutor implements StageExecutor {
  private static final int EVALUATION_BATCH = 64;
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
    Predictions.Builder predictions = Predictions.newBuilder();
    try (TensorFile train = TensorFile.open(run.input("train"));
        TensorFile test = TensorFile.open(run.input("test"));
        Lane lane = Lane.open(run.action().getToolchain());
        Weights weights =
            Weights.random(lane, architecture(parameters, train), parameters.getSeed())) {
      if (parameters.getRecipe().getEpochs() > 0) {
        // Another stream than the initial weights'
        long seed = new SplittableRandom(parameters.getSeed()).split().nextLong();
        NetworkTrainer trainer =
            new NetworkTrainer(lane, weights, parameters.getRecipe(), train, seed);
        DeviceMemory.fixed(
            parameters.getRecipe().getBatchSize(),
            () ->
                curve.addAllLoss(
                    trainer.train(
                        run.checkpoint(), share -> progress.accept(TRAINING_SHARE * share))));
      }
      weights.save(run.output("network"));
      try (Network network = Network.of(weights)) {
        DoubleConsumer rest =
            share -> progress.accept(TRAINING_SHARE + (1 - TRAINING_SHARE) * share);
        double examples = train.rows() + test.rows();
        DeviceMemory.halving(
            EVALUATION_BATCH,
            batch -> {
              Evaluator evaluator = new Evaluator(lane, network, batch);
              Tally onTrain = evaluator.tally(train, row -> rest.accept(row / examples));
              Tally onTest =
                  evaluator.tally(test, row -> rest.accept((train.rows() + row) / examples));
              curve.setTrain(onTrain.evaluation()).setTest(onTest.evaluation());
              predictions.setTrain(onTrain.predictions()).setTest(onTest.predictions());
            });
      }
    }
    Files.write(run.output("training"), curve.build().toByteArray());
    Files.write(run.output("predictions"), predictions.build().toByteArray());
  }

  /** As many outputs as the data set has classes; ten where it does not say. */
  private static Architecture architecture(TrainNetwork parameters, TensorFile images) {
    String classes =
        images.metadata().getOrDefault("classes", String.valueOf(Architecture.CLASSES));
    return new Architecture(
        parameters.getBlocksList(), parameters.getWidth(), Integer.parseInt(classes));
  }

  private record Evaluator(Lane lane, Network network, int batch) {
    Tally tally(TensorFile images, IntConsumer rowsDone) {
      Tally tally = new Tally();
      Pixels pixels = new Pixels(images, batch);
      for (int from = 0; from < images.rows(); from += batch) {
        int first = from;
        int count = Math.min(batch, images.rows() - from);
        Lane.scoped(
            () -> {
              NDArray x = lane.create(pixels.read(first, count), new Shape(count, 3, 32, 32));
              tally.add(network.forward(x), i -> images.label(first + i));
            });
        rowsDone.accept(from + count);
      }
      return tally;
    }
  }
}
