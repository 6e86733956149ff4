package io.stitchflow.comparison;

import io.stitchflow.artifacts.StageExecutor;
import io.stitchflow.artifacts.StageRun;
import io.stitchflow.artifacts.tensor.TensorFile;
import io.stitchflow.network.CutPoint;
import io.stitchflow.network.Network;
import io.stitchflow.stitch.FittedStitch;
import io.stitchflow.stitch.Stitch;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.CompareStitches;
import io.stitchflow.v1.Comparison;
import io.stitchflow.v1.Measurement;
import io.stitchflow.v1.Predictions;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.function.DoubleConsumer;

/** Measures the cells of one column on both splits: the receiver is opened once. */
public final class CompareStitchesExecutor implements StageExecutor {
  @Override
  public void execute(List<StageRun> runs, DoubleConsumer progress) throws IOException {
    try (Lane lane = Lane.open();
        Network receiver = Network.load(lane, runs.get(0).input("network"))) {
      for (int i = 0; i < runs.size(); i++) {
        Files.write(
            runs.get(i).output("comparison"), compare(lane, receiver, runs.get(i)).toByteArray());
        progress.accept((i + 1.) / runs.size());
      }
    }
  }

  private static Comparison compare(Lane lane, Network receiver, StageRun run) throws IOException {
    Predictions sender = Predictions.parseFrom(Files.readAllBytes(run.input("sender.predictions")));
    Predictions own = Predictions.parseFrom(Files.readAllBytes(run.input("receiver.predictions")));
    return Comparison.newBuilder()
        .setTrain(
            measure(
                lane, receiver, run, "train", new Expectations(sender.getTrain(), own.getTrain())))
        .setTest(
            measure(lane, receiver, run, "test", new Expectations(sender.getTest(), own.getTest())))
        .build();
  }

  private static Measurement measure(
      Lane lane, Network receiver, StageRun run, String split, Expectations expectations)
      throws IOException {
    CompareStitches parameters = run.action().getCompareStitches();
    CutPoint to = receiver.architecture().cut(parameters.getReceiverCut());
    try (TensorFile sent = TensorFile.open(run.input("sender." + split));
        TensorFile expected = TensorFile.open(run.input("receiver." + split))) {
      Stitch stitch = Stitch.between(new CutPoint(parameters.getSenderCut(), sent.shape()), to);
      try (FittedStitch vanilla = FittedStitch.load(lane, stitch, run.input("vanilla"));
          FittedStitch copy = FittedStitch.load(lane, stitch, run.input("copy"))) {
        CellMeter meter = new CellMeter(lane, receiver, to, vanilla, copy);
        meter.read(sent, expected);
        return meter.measurement(parameters.getMetricList(), expectations);
      }
    }
  }
}
