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
import java.util.EnumSet;
import java.util.List;
import java.util.function.DoubleConsumer;
import java.util.function.Function;

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
    List<ColumnMeter.Permutation> permutations = new ArrayList<>();
    List<Measurement> train;
    try (ColumnMeter column = open(lane, receiver, runs, TRAIN)) {
      for (StageRun run : runs) {
        column.addTrain(run, TensorFile.open(run.input("sender.train")));
      }
      column.read(batch, share -> progress.accept(share / 2));
      train = measurements(column, runs, TRAIN);
      for (int i = 0; i < runs.size(); i++) {
        permutations.add(column.permutation(i));
      }
    }
    List<Measurement> test;
    try (ColumnMeter column = open(lane, receiver, runs, TEST)) {
      for (int i = 0; i < runs.size(); i++) {
        StageRun run = runs.get(i);
        column.addTest(run, TensorFile.open(run.input("sender.test")), permutations.get(i));
      }
      column.read(batch, share -> progress.accept(0.5 + share / 2));
      test = measurements(column, runs, TEST);
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
    ReceiverTargets own =
        new ReceiverTargets(lane, receiver, cut, EnumSet.copyOf(first.getMetricList()));
    return new ColumnMeter(
        lane, own, TensorFile.open(runs.get(0).input("receiver." + split.name())));
  }

  /** The cells on one split, in the order of {@code runs}. */
  private static List<Measurement> measurements(
      ColumnMeter column, List<StageRun> runs, Split split) throws IOException {
    List<Measurement> measurements = new ArrayList<>();
    for (int i = 0; i < runs.size(); i++) {
      HalfPredictions expectations =
          new HalfPredictions(
              split.predictions().apply(predictions(runs.get(i), "sender.predictions")),
              split.predictions().apply(predictions(runs.get(i), "receiver.predictions")));
      measurements.add(column.cell(i).measurement(expectations));
    }
    return measurements;
  }

  private static Predictions predictions(StageRun run, String role) throws IOException {
    return Predictions.parseFrom(Files.readAllBytes(run.input(role)));
  }
}
