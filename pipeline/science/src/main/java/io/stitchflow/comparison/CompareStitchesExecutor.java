package io.stitchflow.comparison;

import com.google.protobuf.ByteString;
import io.stitchflow.memo.StageExecutor;
import io.stitchflow.memo.StageRun;
import io.stitchflow.network.CutPoint;
import io.stitchflow.network.Network;
import io.stitchflow.representation.Groups;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.torch.DeviceMemory;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.CompareStitches;
import io.stitchflow.v1.Comparison;
import io.stitchflow.v1.Measurement;
import io.stitchflow.v1.Predictions;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Measures cells on both splits: train examples are those that the stitches learned from, test
 * examples are the whole split. A group is a column.
 */
public final class CompareStitchesExecutor implements StageExecutor {
  /** Examples a step; sums are split by it, so it is part of the stage's version. */
  private static final int BATCH = 64;

  private static final Split TRAIN = new Split("train", Predictions::getTrain);
  private static final Split TEST = new Split("test", Predictions::getTest);

  /**
   * A part of the data set.
   *
   * @param predictions what a network predicts on it
   */
  private record Split(String name, Function<Predictions, ByteString> predictions) {}

  @Override
  public void execute(List<StageRun> runs, DoubleConsumer progress) throws IOException {
    for (String role : List.of("network", "receiver.train", "receiver.test")) {
      Groups.checkShared(runs, role, run -> Groups.input(run, role));
    }
    Groups.checkShared(
        runs, "receiver cut", run -> run.action().getCompareStitches().getReceiverCut());
    Groups.checkShared(
        runs, "metric list", run -> run.action().getCompareStitches().getMetricList());
    try (Lane lane = Groups.openLane(runs);
        Network receiver = Network.load(lane, runs.get(0).input("network"))) {
      DeviceMemory.halving(BATCH, batch -> compare(lane, receiver, runs, batch, progress));
    }
  }

  private static void compare(
      Lane lane, Network receiver, List<StageRun> runs, int batch, DoubleConsumer progress)
      throws IOException {
    List<CellMeter> measured = new ArrayList<>();
    List<Measurement> train;
    try (ColumnMeter column = open(lane, receiver, runs, TRAIN)) {
      for (StageRun run : runs) {
        measured.add(add(column, run, TRAIN, null));
      }
      column.read(batch, share -> progress.accept(share / 2));
      train = column.measurements();
    }
    List<Measurement> test;
    try (ColumnMeter column = open(lane, receiver, runs, TEST)) {
      for (int i = 0; i < runs.size(); i++) {
        add(column, runs.get(i), TEST, measured.get(i));
      }
      column.read(batch, share -> progress.accept(0.5 + share / 2));
      test = column.measurements();
    }
    for (int i = 0; i < runs.size(); i++) {
      Comparison comparison =
          Comparison.newBuilder().setTrain(train.get(i)).setTest(test.get(i)).build();
      Files.write(runs.get(i).output("comparison"), comparison.toByteArray());
    }
  }

  private static ColumnMeter open(Lane lane, Network receiver, List<StageRun> runs, Split split)
      throws IOException {
    CompareStitches first = runs.get(0).action().getCompareStitches();
    CutPoint cut = receiver.architecture().cut(first.getReceiverCut());
    return new ColumnMeter(
        new ReceiverTargets(lane, receiver, cut),
        TensorFile.open(runs.get(0).input("receiver." + split.name())),
        Metrics.named(first.getMetricList()));
  }

  private static CellMeter add(
      ColumnMeter column, StageRun run, Split split, @Nullable CellMeter train) throws IOException {
    HalfPredictions halves =
        new HalfPredictions(
            split.predictions().apply(predictions(run, "sender.predictions")),
            split.predictions().apply(predictions(run, "receiver.predictions")));
    return column.add(run, TensorFile.open(run.input("sender." + split.name())), halves, train);
  }

  private static Predictions predictions(StageRun run, String role) throws IOException {
    return Predictions.parseFrom(Files.readAllBytes(run.input(role)));
  }
}
