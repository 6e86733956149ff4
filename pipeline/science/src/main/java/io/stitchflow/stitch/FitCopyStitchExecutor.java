package io.stitchflow.stitch;

import io.stitchflow.memo.StageExecutor;
import io.stitchflow.memo.StageRun;
import io.stitchflow.network.CutPoint;
import io.stitchflow.objective.ObjectiveInputs;
import io.stitchflow.objective.Objectives;
import io.stitchflow.representation.Groups;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.torch.DeviceMemory;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.FitCopyStitch;
import java.io.IOException;
import java.util.List;
import java.util.function.DoubleConsumer;

/** Trains stitches for the copy objective alone, without the receiver. A group is a column. */
public final class FitCopyStitchExecutor implements StageExecutor {
  @Override
  public void execute(List<StageRun> runs, DoubleConsumer progress) throws IOException {
    FitCopyStitch column = runs.get(0).action().getFitCopyStitch();
    Groups.checkShared(runs, "receiver", run -> Groups.input(run, "receiver"));
    Groups.checkShared(
        runs,
        "recipe, seed and receiver cut",
        run -> run.action().getFitCopyStitch().toBuilder().clearSenderCut().clearFamily().build());
    try (Lane lane = Groups.openLane(runs);
        TensorFiles files = new TensorFiles();
        ColumnTrainer trainer = new ColumnTrainer(lane, column.getRecipe(), column.getSeed())) {
      TensorFile receiver = files.open(runs.get(0).input("receiver"));
      CutPoint to = new CutPoint(column.getReceiverCut(), receiver.shape());
      for (StageRun run : runs) {
        TensorFile sender = files.open(run.input("sender"));
        FitCopyStitch parameters = run.action().getFitCopyStitch();
        CutPoint from = new CutPoint(parameters.getSenderCut(), sender.shape());
        Stitch stitch = Stitch.of(parameters.getFamily(), from, to);
        trainer.add(
            run,
            sender,
            null,
            ColumnTrainer.Start.of(FrozenStitch.random(lane, stitch, column.getSeed())),
            null);
      }
      ObjectiveInputs inputs = new ObjectiveInputs(lane, receiver, to, null, receiver);
      DeviceMemory.fixed(
          column.getRecipe().getBatchSize(),
          () -> trainer.train(Objectives.get("copy").open(inputs), progress));
    }
  }
}
