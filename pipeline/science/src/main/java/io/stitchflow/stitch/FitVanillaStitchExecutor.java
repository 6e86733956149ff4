package io.stitchflow.stitch;

import io.stitchflow.content.Digest;
import io.stitchflow.memo.StageExecutor;
import io.stitchflow.memo.StageRun;
import io.stitchflow.network.CutPoint;
import io.stitchflow.network.Network;
import io.stitchflow.network.program.NetworkFile;
import io.stitchflow.objective.Objective;
import io.stitchflow.objective.Objective.BatchLoss;
import io.stitchflow.objective.ObjectiveInputs;
import io.stitchflow.objective.Objectives;
import io.stitchflow.representation.Groups;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.torch.DeviceMemory;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.FitVanillaStitch;
import io.stitchflow.v1.Initialization;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Trains stitches for the objective that the action names. A group is a column, with all starts or
 * all ranks of its stitches.
 */
public final class FitVanillaStitchExecutor implements StageExecutor {
  @Override
  public void execute(List<StageRun> runs, DoubleConsumer progress) throws IOException {
    FitVanillaStitch column = runs.get(0).action().getFitVanillaStitch();
    Groups.checkShared(runs, "receiver", run -> Groups.input(run, "network"));
    Groups.checkShared(
        runs,
        "objective, recipe, seed and receiver cut",
        run ->
            run.action().getFitVanillaStitch().toBuilder()
                .clearSenderCut()
                .clearFamily()
                .clearInitialization()
                .clearRank()
                .build());
    Objective objective = Objectives.get(column.getObjective());
    if (objective.readsRepresentation()) {
      Groups.checkShared(runs, "receiver's representation", run -> Groups.input(run, "receiver"));
    }
    try (Lane lane = Groups.openLane(runs);
        Network receiver = NetworkFile.open(lane, runs.get(0).input("network"));
        TensorFiles files = new TensorFiles();
        TensorFiles unseen = new TensorFiles();
        ColumnTrainer trainer = new ColumnTrainer(lane, column.getRecipe(), column.getSeed())) {
      CutPoint cut = receiver.source().cut(column.getReceiverCut());
      for (StageRun run : runs) {
        TensorFile sender = files.open(run.input("sender"));
        Whitening whitening =
            column.getRecipe().getWhiten()
                ? Whitening.read(
                    new CutPoint(run.action().getFitVanillaStitch().getSenderCut(), sender.shape()),
                    run.input("sender.gram"))
                : null;
        trainer.add(
            run,
            sender,
            column.getRecipe().getPatience() > 0
                ? unseen.open(run.input("sender.validation"))
                : null,
            start(lane, run, sender, cut, whitening),
            matching(lane, run, sender, cut, whitening));
      }
      if (column.getRecipe().getPatience() > 0) {
        trainer.watch(
            objective.open(inputs(lane, runs.get(0), receiver, unseen, "receiver.validation")));
      }
      BatchLoss loss = objective.open(inputs(lane, runs.get(0), receiver, files, "receiver"));
      Digest before = receiver.digest();
      DeviceMemory.fixed(column.getRecipe().getBatchSize(), () -> trainer.train(loss, progress));
      if (!receiver.digest().equals(before)) {
        throw new IllegalStateException(
            "the frozen receiver changed while stitches into '" + cut.layer() + "' were trained");
      }
    }
  }

  private static ColumnTrainer.Start start(
      Lane lane, StageRun run, TensorFile sender, CutPoint to, @Nullable Whitening whitening)
      throws IOException {
    FitVanillaStitch parameters = run.action().getFitVanillaStitch();
    Stitch stitch = stitch(parameters, sender, to);
    if (parameters.getRank() != 0) {
      return lowRank(lane, run, stitch, whitening);
    }
    FrozenStitch start = first(lane, run, stitch, whitening);
    return new ColumnTrainer.Start(start, whitening, null);
  }

  private static Stitch stitch(FitVanillaStitch parameters, TensorFile sender, CutPoint to) {
    return Stitch.of(
        parameters.getFamily(), new CutPoint(parameters.getSenderCut(), sender.shape()), to);
  }

  /** The copy restricted to the rank. */
  private static ColumnTrainer.Start lowRank(
      Lane lane, StageRun run, Stitch stitch, @Nullable Whitening whitening) throws IOException {
    FitVanillaStitch parameters = run.action().getFitVanillaStitch();
    if (parameters.getInitialization() != Initialization.COPY
        || parameters.getRecipe().getBatchNorm()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a stitch of rank %d starts at the copy and without batch_norm, but was: %s, batch_norm %s",
              parameters.getRank(),
              parameters.getInitialization(),
              parameters.getRecipe().getBatchNorm()));
    }
    try (FrozenStitch copy = FrozenStitch.load(lane, stitch, run.input("start"))) {
      ReducedRankCopy restricted =
          ReducedRankCopy.of(Affine.of(copy), moments(run, stitch), parameters.getRank());
      return new ColumnTrainer.Start(
          restricted.stitch().open(lane, stitch), whitening, restricted.directions());
    }
  }

  /** Of the examples that the stitch learns from. */
  private static Moments moments(StageRun run, Stitch stitch) throws IOException {
    return SplitMoments.read(stitch, run.input("gram"), run.input("cross")).fit();
  }

  private static FrozenStitch first(
      Lane lane, StageRun run, Stitch stitch, @Nullable Whitening whitening) throws IOException {
    FitVanillaStitch parameters = run.action().getFitVanillaStitch();
    return switch (parameters.getInitialization()) {
      case COPY -> FrozenStitch.load(lane, stitch, run.input("start"));
      case MEAN ->
          FrozenStitch.constant(
              lane, stitch, Whitening.read(stitch.to(), run.input("receiver.gram")).mean());
      case KAIMING -> random(lane, stitch, parameters.getSeed(), whitening);
      default ->
          throw new IllegalArgumentException(
              "a vanilla stitch has no such start: " + parameters.getInitialization());
    };
  }

  /** Random weights of the channels that learn. */
  private static FrozenStitch random(
      Lane lane, Stitch stitch, long seed, @Nullable Whitening whitening) {
    FrozenStitch random = FrozenStitch.random(lane, stitch, seed);
    if (whitening == null) {
      return random;
    }
    try (random) {
      return whitening.unwhiten(Affine.of(random)).open(lane, stitch);
    }
  }

  private static @Nullable MatchingLoss matching(
      Lane lane, StageRun run, TensorFile sender, CutPoint to, @Nullable Whitening whitening)
      throws IOException {
    FitVanillaStitch parameters = run.action().getFitVanillaStitch();
    if (parameters.getMatching() == 0) {
      return null;
    }
    Moments moments = moments(run, stitch(parameters, sender, to));
    return MatchingLoss.of(lane, parameters.getMatching(), moments, whitening);
  }

  /** What the objective reads of the examples of {@code files}, to which this may add a file. */
  private static ObjectiveInputs inputs(
      Lane lane, StageRun run, Network receiver, TensorFiles files, String representation)
      throws IOException {
    FitVanillaStitch parameters = run.action().getFitVanillaStitch();
    Objective objective = Objectives.get(parameters.getObjective());
    return new ObjectiveInputs(
        lane,
        files.first(),
        receiver.source().cut(parameters.getReceiverCut()),
        receiver,
        objective.readsRepresentation() ? files.open(run.input(representation)) : null);
  }
}
