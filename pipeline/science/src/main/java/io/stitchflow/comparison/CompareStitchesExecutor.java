package io.stitchflow.comparison;

import io.stitchflow.memo.StageExecutor;
import io.stitchflow.memo.StageRun;
import io.stitchflow.network.CutPoint;
import io.stitchflow.network.Network;
import io.stitchflow.network.program.NetworkFile;
import io.stitchflow.representation.Groups;
import io.stitchflow.representation.Parts;
import io.stitchflow.statistics.HalfPredictions;
import io.stitchflow.statistics.PredictedClasses;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.torch.DeviceMemory;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.CompareStitches;
import io.stitchflow.v1.Comparison;
import io.stitchflow.v1.Predictions;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleConsumer;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Measures cells on the train examples that stitches learn from, on those held out to choose
 * between stitches, and on the whole test split. A group is a column.
 */
public final class CompareStitchesExecutor implements StageExecutor {
  /** Examples a step; sums are split by it, so it is part of the stage's version. */
  private static final int BATCH = 64;

  private static final Examples TRAIN = new Examples("train", Parts::fit, PredictedClasses::train);
  private static final Examples VALIDATION =
      new Examples("train", Parts::heldOut, PredictedClasses::train);
  private static final Examples TEST =
      new Examples("test", rows -> IntStream.range(0, rows).toArray(), PredictedClasses::test);

  /**
   * The examples of a measurement.
   *
   * @param split whose representations hold them
   * @param rows theirs, by the number of rows of such a representation
   * @param predictions what a network predicts on the split
   */
  private record Examples(
      String split, IntFunction<int[]> rows, Function<Predictions, List<Integer>> predictions) {}

  @Override
  public void execute(List<StageRun> runs, DoubleConsumer progress) throws IOException {
    for (String role : List.of("network", "receiver.train", "receiver.test")) {
      Groups.checkShared(runs, role, run -> Groups.input(run, role));
    }
    Groups.checkShared(
        runs, "receiver cut", run -> run.action().getCompareStitches().getReceiverCut());
    Groups.checkShared(runs, "front", run -> run.action().getCompareStitches().getFrontList());
    Groups.checkShared(
        runs, "metric list", run -> run.action().getCompareStitches().getMetricList());
    try (Lane lane = Groups.openLane(runs);
        Network receiver = NetworkFile.open(lane, runs.get(0).input("network"))) {
      DeviceMemory.halving(BATCH, batch -> compare(lane, receiver, runs, batch, progress));
    }
  }

  private static void compare(
      Lane lane, Network receiver, List<StageRun> runs, int batch, DoubleConsumer progress)
      throws IOException {
    try (ColumnMeter train = open(lane, receiver, runs, TRAIN);
        ColumnMeter validation = open(lane, receiver, runs, VALIDATION);
        ColumnMeter test = open(lane, receiver, runs, TEST)) {
      // Meters of unseen examples begin with what those of train examples have found
      for (StageRun run : runs) {
        add(train, run, TRAIN, null, null);
      }
      train.read(batch, share -> progress.accept(share / 2));
      train.readAgain(batch);
      for (int i = 0; i < runs.size(); i++) {
        add(validation, runs.get(i), VALIDATION, train.meter(i), null);
      }
      validation.read(batch, share -> {});
      for (int i = 0; i < runs.size(); i++) {
        add(test, runs.get(i), TEST, train.meter(i), validation.meter(i));
      }
      test.read(batch, share -> progress.accept(0.5 + share / 2));
      for (int i = 0; i < runs.size(); i++) {
        Comparison.Builder comparison =
            Comparison.newBuilder()
                .setTrain(train.meter(i).measurement())
                .setTest(test.meter(i).measurement());
        if (validation.examples() > 0) {
          comparison.setValidation(validation.meter(i).measurement());
        }
        Files.write(runs.get(i).output("comparison"), comparison.build().toByteArray());
      }
    }
  }

  private static ColumnMeter open(
      Lane lane, Network receiver, List<StageRun> runs, Examples examples) throws IOException {
    CompareStitches first = runs.get(0).action().getCompareStitches();
    CutPoint cut = receiver.source().cut(first.getReceiverCut());
    TensorFile expected = TensorFile.open(runs.get(0).input("receiver." + examples.split()));
    return new ColumnMeter(
        new ReceiverTargets(lane, receiver, cut),
        expected,
        examples.rows().apply(expected.rows()),
        Metrics.named(first.getMetricList()));
  }

  private static void add(
      ColumnMeter column,
      StageRun run,
      Examples examples,
      @Nullable CellMeter train,
      @Nullable CellMeter validation)
      throws IOException {
    TensorFile sent = TensorFile.open(run.input("sender." + examples.split()));
    int[] rows = examples.rows().apply(sent.rows());
    boolean predicts =
        run.action().getInputList().stream()
            .anyMatch(input -> input.getRole().equals("sender.predictions"));
    HalfPredictions halves =
        new HalfPredictions(
            predicts ? predictions(run, "sender.predictions", examples, rows) : null,
            predictions(run, "receiver.predictions", examples, rows));
    column.add(run, sent, halves, train, validation);
  }

  /** The predictions of these examples. */
  private static List<Integer> predictions(StageRun run, String role, Examples examples, int[] rows)
      throws IOException {
    List<Integer> predictions =
        examples.predictions().apply(Predictions.parseFrom(Files.readAllBytes(run.input(role))));
    return Arrays.stream(rows).mapToObj(predictions::get).toList();
  }
}
