package io.stitchflow.stitch;

import io.stitchflow.comparison.CompareStitchesExecutor;
import io.stitchflow.comparison.MeasuredValues;
import io.stitchflow.comparison.Metrics;
import io.stitchflow.network.CutPoint;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.CollectCrossMoments;
import io.stitchflow.v1.CollectGram;
import io.stitchflow.v1.CompareStitches;
import io.stitchflow.v1.Comparison;
import io.stitchflow.v1.FitCopyStitch;
import io.stitchflow.v1.FitVanillaStitch;
import io.stitchflow.v1.Initialization;
import io.stitchflow.v1.Measurement;
import io.stitchflow.v1.SolveCopyStitch;
import io.stitchflow.v1.StitchRecipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Stages of cells from {@code sender} into {@code receiver}. */
record Cells(Bench bench, Subject sender, Subject receiver) {
  static final StitchRecipe RECIPE =
      StitchRecipe.newBuilder()
          .setEpochs(2)
          .setBatchSize(32)
          .setLearningRate(0.01)
          .setMomentum(0.9)
          .setWeightDecay(0.01)
          .build();

  private static final List<String> METRICS = Metrics.names();

  Bench.Run vanilla(String from, String to) throws IOException {
    return bench.stage(
        vanilla(from, to, Initialization.KAIMING),
        "sender",
        sender.train(from),
        "network",
        receiver.network());
  }

  /** Watched on the test split. */
  Bench.Run vanilla(String from, String to, StitchRecipe recipe) throws IOException {
    Action.Builder action = vanilla(from, to, Initialization.KAIMING);
    action.getFitVanillaStitchBuilder().setRecipe(recipe);
    return bench.stage(
        action,
        "sender",
        sender.train(from),
        "network",
        receiver.network(),
        "sender.validation",
        sender.test(from));
  }

  Bench.Run vanilla(String from, String to, Path start) throws IOException {
    return bench.stage(
        vanilla(from, to, Initialization.COPY),
        "sender",
        sender.train(from),
        "network",
        receiver.network(),
        "start",
        start);
  }

  private Action.Builder vanilla(String from, String to, Initialization initialization)
      throws IOException {
    return Action.newBuilder()
        .setFitVanillaStitch(
            FitVanillaStitch.newBuilder()
                .setSenderCut(from)
                .setReceiverCut(to)
                .setFamily(family(from, to))
                .setObjective("task")
                .setRecipe(RECIPE)
                .setInitialization(initialization)
                .setSeed(3));
  }

  Bench.Run copyBySgd(String from, String to) throws IOException {
    return bench.stage(
        Action.newBuilder()
            .setFitCopyStitch(
                FitCopyStitch.newBuilder()
                    .setSenderCut(from)
                    .setReceiverCut(to)
                    .setFamily(family(from, to))
                    .setRecipe(RECIPE)
                    .setSeed(3)),
        "sender",
        sender.train(from),
        "receiver",
        receiver.train(to));
  }

  /** Of what the stitch's least squares sees of the sender. */
  Bench.Run gram(String from, Stitch stitch) throws IOException {
    return gram(sender.train(from), stitch.regression());
  }

  Bench.Run gram(String from, List<Integer> window) throws IOException {
    return gram(sender.train(from), new Regression(window, 1));
  }

  private Bench.Run gram(Path sent, Regression regression) throws IOException {
    CollectGram parameters =
        CollectGram.newBuilder()
            .addAllWindow(regression.window())
            .addAllPositions(regression.positions())
            .build();
    return bench.stage(Action.newBuilder().setCollectGram(parameters), "sender", sent);
  }

  Bench.Run cross(String from, String to) throws IOException {
    return bench.stage(
        Action.newBuilder()
            .setCollectCrossMoments(CollectCrossMoments.newBuilder().setFamily(family(from, to))),
        "sender",
        sender.train(from),
        "receiver",
        receiver.train(to));
  }

  /** The stitch by least squares, from the start: its file. */
  Path copy(String from, String to) throws IOException {
    return copy(from, sender.train(from), to, receiver.train(to));
  }

  Path copy(String from, Path sent, String to, Path expected) throws IOException {
    Stitch stitch =
        Stitch.between(new CutPoint(from, shape(sent)), new CutPoint(to, shape(expected)));
    Path gram = bench.execute(new CollectGramExecutor(), gram(sent, stitch.regression()));
    Path cross =
        bench.execute(
            new CollectCrossMomentsExecutor(),
            bench.stage(
                Action.newBuilder()
                    .setCollectCrossMoments(
                        CollectCrossMoments.newBuilder().setFamily(stitch.family().name())),
                "sender",
                sent,
                "receiver",
                expected));
    SolveCopyStitch parameters =
        SolveCopyStitch.newBuilder()
            .setSenderCut(from)
            .setReceiverCut(to)
            .setFamily(stitch.family().name())
            .addAllSenderShape(stitch.from().shape())
            .addAllReceiverShape(stitch.to().shape())
            .setTolerance(1e-12)
            .build();
    return bench
        .execute(
            new SolveCopyStitchExecutor(),
            bench.stage(
                Action.newBuilder().setSolveCopyStitch(parameters),
                "gram",
                gram.resolve("moments"),
                "cross",
                cross.resolve("moments")))
        .resolve("stitch");
  }

  Bench.Run comparison(String from, String to, Path vanilla, Path copy) throws IOException {
    return bench.stage(
        Action.newBuilder()
            .setCompareStitches(
                CompareStitches.newBuilder()
                    .setSenderCut(from)
                    .setReceiverCut(to)
                    .addAllMetric(METRICS)
                    .setSeed(5)),
        "vanilla",
        vanilla,
        "copy",
        copy,
        "sender.train",
        sender.train(from),
        "sender.test",
        sender.test(from),
        "receiver.train",
        receiver.train(to),
        "receiver.test",
        receiver.test(to),
        "network",
        receiver.network(),
        "sender.predictions",
        sender.predictions(),
        "receiver.predictions",
        receiver.predictions());
  }

  Comparison compare(String from, String to, Path vanilla, Path copy) throws IOException {
    Path outputs =
        bench.execute(new CompareStitchesExecutor(), comparison(from, to, vanilla, copy));
    return Comparison.parseFrom(Files.readAllBytes(outputs.resolve("comparison")));
  }

  private String family(String from, String to) throws IOException {
    CutPoint sent = new CutPoint(from, shape(sender.train(from)));
    return Stitch.between(sent, new CutPoint(to, shape(receiver.train(to)))).family().name();
  }

  /** A number that was measured; NaN if it was not. */
  static double number(Measurement measurement, String quantity) {
    Double number = MeasuredValues.of(measurement).number(quantity);
    return number == null ? Double.NaN : number;
  }

  static List<Integer> shape(Path representation) throws IOException {
    try (TensorFile file = TensorFile.open(representation)) {
      return file.shape();
    }
  }
}
