package io.stitchflow.stitch;

import ai.djl.ndarray.NDArray;
import io.stitchflow.memo.StageExecutor;
import io.stitchflow.memo.StageRun;
import io.stitchflow.network.CutPoint;
import io.stitchflow.representation.Groups;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.torch.DeviceMemory;
import io.stitchflow.torch.Functional;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.FitCopyStitch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.DoubleConsumer;

/**
 * Trains stitches on the copy task: mean squared error to the receiver's own representation of the
 * same examples. A group is a column.
 */
public final class FitCopyStitchExecutor implements StageExecutor {
  @Override
  public void execute(List<StageRun> runs, DoubleConsumer progress) throws IOException {
    FitCopyStitch column = runs.get(0).action().getFitCopyStitch();
    Groups.checkShared(runs, "receiver", run -> Groups.input(run, "receiver"));
    Groups.checkShared(
        runs,
        "recipe, seed and receiver cut",
        run -> run.action().getFitCopyStitch().toBuilder().clearSenderCut().build());
    try (Lane lane = Groups.openLane(runs);
        TensorFiles files = new TensorFiles();
        ColumnTrainer trainer = new ColumnTrainer(lane, column.getRecipe(), column.getSeed())) {
      TensorFile receiver = files.open(runs.get(0).input("receiver"));
      CutPoint to = new CutPoint(column.getReceiverCut(), receiver.shape());
      for (StageRun run : runs) {
        TensorFile sender = files.open(run.input("sender"));
        Stitch stitch =
            Stitch.between(
                new CutPoint(run.action().getFitCopyStitch().getSenderCut(), sender.shape()), to);
        trainer.add(run, sender, FrozenStitch.random(lane, stitch, column.getSeed()));
      }
      DeviceMemory.fixed(
          column.getRecipe().getBatchSize(),
          () ->
              trainer.train(
                  new ToRepresentation(lane, receiver, Lane.allocate(bytes(column, receiver))),
                  progress));
    }
  }

  private static int bytes(FitCopyStitch column, TensorFile receiver) {
    int batch = Math.min(column.getRecipe().getBatchSize(), receiver.rows());
    return Math.multiplyExact(batch * Float.BYTES, receiver.elementsPerRow());
  }

  private record ToRepresentation(Lane lane, TensorFile receiver, ByteBuffer buffer)
      implements ColumnTrainer.Objective {
    @Override
    public NDArray target(int[] rows, int from, int count) {
      receiver.gatherFloats(rows, from, count, buffer);
      return lane.create(buffer, ColumnTrainer.shape(count, receiver.shape()));
    }

    @Override
    public NDArray loss(NDArray stitched, NDArray expected) {
      return Functional.meanSquaredError(stitched, expected);
    }
  }
}
