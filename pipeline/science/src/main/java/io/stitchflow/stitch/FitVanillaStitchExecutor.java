package io.stitchflow.stitch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.content.Digest;
import io.stitchflow.memo.StageExecutor;
import io.stitchflow.memo.StageRun;
import io.stitchflow.network.CutPoint;
import io.stitchflow.network.Network;
import io.stitchflow.representation.Groups;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.torch.DeviceMemory;
import io.stitchflow.torch.Functional;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.FitVanillaStitch;
import io.stitchflow.v1.Initialization;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.DoubleConsumer;

/**
 * Trains stitches on the task: cross-entropy of the logits that the frozen receiver gives for what
 * they carry over. A group is a column.
 */
public final class FitVanillaStitchExecutor implements StageExecutor {
  @Override
  public void execute(List<StageRun> runs, DoubleConsumer progress) throws IOException {
    FitVanillaStitch column = runs.get(0).action().getFitVanillaStitch();
    Groups.checkShared(runs, "receiver", run -> Groups.input(run, "network"));
    Groups.checkShared(
        runs,
        "recipe, seed and receiver cut",
        run -> run.action().getFitVanillaStitch().toBuilder().clearSenderCut().build());
    try (Lane lane = Groups.openLane(runs);
        Network receiver = Network.load(lane, runs.get(0).input("network"));
        TensorFiles files = new TensorFiles();
        TensorFiles unseen = new TensorFiles();
        ColumnTrainer trainer = new ColumnTrainer(lane, column.getRecipe(), column.getSeed())) {
      CutPoint cut = receiver.architecture().cut(column.getReceiverCut());
      for (StageRun run : runs) {
        TensorFile sender = files.open(run.input("sender"));
        FrozenStitch stitch = start(lane, run, sender, cut);
        if (column.getRecipe().getPatience() > 0) {
          trainer.add(run, sender, unseen.open(run.input("sender.validation")), stitch);
        } else {
          trainer.add(run, sender, stitch);
        }
      }
      if (column.getRecipe().getPatience() > 0) {
        trainer.watch(new ThroughReceiver(lane, receiver, cut, unseen.first()));
      }
      Digest before = receiver.digest();
      DeviceMemory.fixed(
          column.getRecipe().getBatchSize(),
          () -> trainer.train(new ThroughReceiver(lane, receiver, cut, files.first()), progress));
      if (!receiver.digest().equals(before)) {
        throw new IllegalStateException(
            "the frozen receiver changed while stitches into '" + cut.layer() + "' were trained");
      }
    }
  }

  private static FrozenStitch start(Lane lane, StageRun run, TensorFile sender, CutPoint to)
      throws IOException {
    FitVanillaStitch parameters = run.action().getFitVanillaStitch();
    Stitch stitch = Stitch.between(new CutPoint(parameters.getSenderCut(), sender.shape()), to);
    return parameters.getInitialization() == Initialization.LEAST_SQUARES_COPY
        ? FrozenStitch.load(lane, stitch, run.input("start"))
        : FrozenStitch.random(lane, stitch, parameters.getSeed());
  }

  private record ThroughReceiver(Lane lane, Network receiver, CutPoint cut, TensorFile examples)
      implements ColumnTrainer.Objective {
    @Override
    public NDArray target(int[] rows, int from, int count) {
      ByteBuffer labels = Lane.allocate(count * Long.BYTES);
      for (int i = from; i < from + count; i++) {
        labels.putLong(examples.label(rows[i]));
      }
      return lane.createLongs(labels.flip(), new Shape(count, 1));
    }

    @Override
    public NDArray loss(NDArray stitched, NDArray labels) {
      return Functional.crossEntropy(receiver.suffix(stitched, cut), labels);
    }
  }
}
