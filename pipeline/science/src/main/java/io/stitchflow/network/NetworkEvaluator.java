package io.stitchflow.network;

import ai.djl.ndarray.NDArray;
import io.stitchflow.memo.StageRun;
import io.stitchflow.statistics.PredictedClasses;
import io.stitchflow.statistics.PredictionCounts;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.torch.DeviceMemory;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.Predictions;
import io.stitchflow.v1.TrainingCurve;
import java.io.IOException;
import java.nio.file.Files;
import java.util.function.DoubleConsumer;
import java.util.function.IntConsumer;

/**
 * Writes what stages say of a network once its weights stand.
 *
 * @param train the whole train split
 * @param test the whole test split
 */
public record NetworkEvaluator(Lane lane, TensorFile train, TensorFile test) {
  private static final int BATCH = 64;

  /**
   * Writes {@code training} and {@code predictions}.
   *
   * @param curve with the losses of training
   */
  public void write(
      StageRun run, Network network, TrainingCurve.Builder curve, DoubleConsumer progress)
      throws IOException {
    Predictions.Builder predictions = Predictions.newBuilder();
    double examples = train.rows() + test.rows();
    DeviceMemory.halving(
        BATCH,
        batch -> {
          Pass pass = new Pass(lane, network, batch);
          PredictionCounts onTrain = pass.tally(train, row -> progress.accept(row / examples));
          PredictionCounts onTest =
              pass.tally(test, row -> progress.accept((train.rows() + row) / examples));
          curve.setTrain(onTrain.evaluation()).setTest(onTest.evaluation());
          predictions
              .clear()
              .mergeFrom(PredictedClasses.of(onTrain.predictions(), onTest.predictions()));
        });
    Files.write(run.output("training"), curve.build().toByteArray());
    Files.write(run.output("predictions"), predictions.build().toByteArray());
  }

  /** The network as it is now, over all {@code images}: mean cross-entropy in nats. */
  static double crossEntropy(Lane lane, Weights weights, TensorFile images) {
    try (Network network = LayeredNetwork.of(weights)) {
      return new Pass(lane, network, BATCH).tally(images, row -> {}).evaluation().getCrossEntropy();
    }
  }

  private record Pass(Lane lane, Network network, int batch) {
    PredictionCounts tally(TensorFile images, IntConsumer rowsDone) {
      PredictionCounts tally = new PredictionCounts();
      NetworkInputs inputs = network.inputs(images, batch);
      for (int from = 0; from < images.rows(); from += batch) {
        int first = from;
        int count = Math.min(batch, images.rows() - from);
        Lane.scoped(
            () -> {
              NDArray x = inputs.batch(lane, first, count);
              tally.add(network.forward(x), i -> images.label(first + i));
            });
        rowsDone.accept(from + count);
      }
      return tally;
    }
  }
}
