package io.stitchflow.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.artifacts.StageExecutor;
import io.stitchflow.artifacts.StageRun;
import io.stitchflow.artifacts.tensor.TensorFile;
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
    Architecture architecture = new Architecture(parameters.getBlocksList(), parameters.getWidth());
    TrainingCurve.Builder curve = TrainingCurve.newBuilder();
    Predictions.Builder predictions = Predictions.newBuilder();
    try (Lane lane = Lane.open();
        TensorFile train = TensorFile.open(run.input("train"));
        TensorFile test = TensorFile.open(run.input("test"));
        Weights weights = Weights.random(lane, architecture, parameters.getSeed())) {
      if (parameters.getRecipe().getEpochs() > 0) {
        // Another stream than the initial weights'
        long seed = new SplittableRandom(parameters.getSeed()).split().nextLong();
        NetworkTrainer trainer =
            new NetworkTrainer(lane, weights, parameters.getRecipe(), train, seed);
        curve.addAllLoss(trainer.train(share -> progress.accept(TRAINING_SHARE * share)));
      }
      weights.save(run.output("network"));
      try (Network network = Network.of(weights)) {
        DoubleConsumer rest =
            share -> progress.accept(TRAINING_SHARE + (1 - TRAINING_SHARE) * share);
        int examples = train.rows() + test.rows();
        Tally onTrain = evaluate(lane, network, train, row -> rest.accept((double) row / examples));
        Tally onTest =
            evaluate(
                lane, network, test, row -> rest.accept((double) (train.rows() + row) / examples));
        curve.setTrain(onTrain.evaluation()).setTest(onTest.evaluation());
        predictions.setTrain(onTrain.predictions()).setTest(onTest.predictions());
      }
    }
    Files.write(run.output("training"), curve.build().toByteArray());
    Files.write(run.output("predictions"), predictions.build().toByteArray());
  }

  private static Tally evaluate(
      Lane lane, Network network, TensorFile images, IntConsumer rowsDone) {
    Tally tally = new Tally();
    Pixels pixels = new Pixels(images, EVALUATION_BATCH);
    for (int from = 0; from < images.rows(); from += EVALUATION_BATCH) {
      int first = from;
      int count = Math.min(EVALUATION_BATCH, images.rows() - from);
      Lane.scoped(
          () -> {
            NDArray batch = lane.create(pixels.read(first, count), new Shape(count, 3, 32, 32));
            tally.add(network.forward(batch), i -> images.label(first + i));
          });
      rowsDone.accept(from + count);
    }
    return tally;
  }
}
