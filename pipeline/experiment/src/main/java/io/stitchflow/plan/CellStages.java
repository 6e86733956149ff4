package io.stitchflow.plan;

import io.stitchflow.network.CutPoint;
import io.stitchflow.v1.CollectCrossMoments;
import io.stitchflow.v1.CollectGram;
import io.stitchflow.v1.CompareStitches;
import io.stitchflow.v1.CopySolver;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.FitCopyStitch;
import io.stitchflow.v1.FitVanillaStitch;
import io.stitchflow.v1.Initialization;
import io.stitchflow.v1.SolveCopyStitch;
import io.stitchflow.v1.Stage;

/** The stages of cells: both stitches and their comparison. What cells share is added once. */
final class CellStages {
  private final Experiment experiment;
  private final PlanBuilder stages;
  private final Costs costs;

  CellStages(Experiment experiment, PlanBuilder stages, Costs costs) {
    this.experiment = experiment;
    this.stages = stages;
    this.costs = costs;
  }

  /** Adds all that the cell needs beyond its networks; returns the stage that compares. */
  String add(Cell cell, CopySolver solver) {
    String copy = solver == CopySolver.SGD ? addCopyBySgd(cell) : addCopyByLeastSquares(cell);
    return addComparison(cell, solver, addVanilla(cell), copy);
  }

  private String addVanilla(Cell cell) {
    String id = "vanilla " + cell.label() + " seed " + cell.seed();
    if (stages.has(id)) {
      return id;
    }
    Initialization initialization = experiment.getVanilla().getInitialization();
    Stage.Builder stage =
        stages.stage(
            id,
            "vanilla " + cell.column() + " seed " + cell.seed(),
            costs.vanilla(cell, experiment.getVanilla().getRecipe().getEpochs()));
    stage.setExamples(
        (long) experiment.getVanilla().getRecipe().getEpochs() * costs.examples("train"));
    stage
        .getActionBuilder()
        .setFitVanillaStitch(
            FitVanillaStitch.newBuilder()
                .setSenderCut(cell.senderCut().layer())
                .setReceiverCut(cell.receiverCut().layer())
                .setRecipe(experiment.getVanilla().getRecipe())
                .setInitialization(initialization)
                .setSeed(cell.seed()));
    dependOnSender(stage, "sender", cell, "train");
    stages.depend(stage, "network", cell.receiver().id(), "network");
    if (initialization == Initialization.LEAST_SQUARES_COPY) {
      stages.depend(stage, "start", addCopyByLeastSquares(cell), "stitch");
    }
    stages.add(stage);
    return id;
  }

  private String addCopyBySgd(Cell cell) {
    String id = "copy by SGD " + cell.label() + " seed " + cell.seed();
    if (stages.has(id)) {
      return id;
    }
    Stage.Builder stage =
        stages.stage(
            id,
            "copy by SGD " + cell.column() + " seed " + cell.seed(),
            costs.copyBySgd(cell, experiment.getCopy().getRecipe().getEpochs()));
    stage.setExamples(
        (long) experiment.getCopy().getRecipe().getEpochs() * costs.examples("train"));
    stage
        .getActionBuilder()
        .setFitCopyStitch(
            FitCopyStitch.newBuilder()
                .setSenderCut(cell.senderCut().layer())
                .setReceiverCut(cell.receiverCut().layer())
                .setRecipe(experiment.getCopy().getRecipe())
                .setSeed(cell.seed()));
    dependOnSender(stage, "sender", cell, "train");
    dependOnReceiver(stage, "receiver", cell, "train");
    stages.add(stage);
    return id;
  }

  /** The exact solution needs no seed: one stage serves all seeds. */
  private String addCopyByLeastSquares(Cell cell) {
    String id = "copy " + cell.label();
    if (stages.has(id)) {
      return id;
    }
    Stage.Builder stage = stages.stage(id, "copy " + cell.column(), costs.solve(cell));
    stage
        .getActionBuilder()
        .setSolveCopyStitch(
            SolveCopyStitch.newBuilder()
                .setSenderCut(cell.senderCut().layer())
                .setReceiverCut(cell.receiverCut().layer())
                .addAllSenderShape(cell.senderCut().shape())
                .addAllReceiverShape(cell.receiverCut().shape())
                .setTolerance(experiment.getCopy().getTolerance()));
    stages.depend(stage, "gram", addGram(cell), "moments");
    stages.depend(stage, "cross", addCrossMoments(cell), "moments");
    stages.add(stage);
    return id;
  }

  private String addGram(Cell cell) {
    String cut = cell.sender().label() + "/" + cell.senderCut().layer();
    String id = "gram " + cut + " patch " + cell.patch();
    if (!stages.has(id)) {
      Stage.Builder stage = stages.stage(id, "gram " + cut, costs.gram(cell));
      stage.getActionBuilder().setCollectGram(CollectGram.newBuilder().setPatch(cell.patch()));
      dependOnSender(stage, "sender", cell, "train");
      stages.add(stage);
    }
    return id;
  }

  private String addCrossMoments(Cell cell) {
    String id = "cross moments " + cell.label();
    Stage.Builder stage = stages.stage(id, "cross moments " + cell.column(), costs.cross(cell));
    stage.getActionBuilder().setCollectCrossMoments(CollectCrossMoments.getDefaultInstance());
    dependOnSender(stage, "sender", cell, "train");
    dependOnReceiver(stage, "receiver", cell, "train");
    stages.add(stage);
    return id;
  }

  private String addComparison(Cell cell, CopySolver solver, String vanilla, String copy) {
    String name = solver == CopySolver.SGD ? "SGD" : "least squares";
    String id = "compare " + cell.label() + " " + name + " seed " + cell.seed();
    Stage.Builder stage =
        stages.stage(
            id,
            "compare " + cell.column() + " " + name + " seed " + cell.seed(),
            costs.comparison(cell));
    stage.setExamples((long) costs.examples("train") + costs.examples("test"));
    stage
        .getActionBuilder()
        .setCompareStitches(
            CompareStitches.newBuilder()
                .setSenderCut(cell.senderCut().layer())
                .setReceiverCut(cell.receiverCut().layer())
                .addAllMetric(experiment.getMetricList().stream().sorted().toList()));
    stages.depend(stage, "vanilla", vanilla, "stitch");
    stages.depend(stage, "copy", copy, "stitch");
    dependOnSender(stage, "sender.train", cell, "train");
    dependOnSender(stage, "sender.test", cell, "test");
    dependOnReceiver(stage, "receiver.train", cell, "train");
    dependOnReceiver(stage, "receiver.test", cell, "test");
    stages.depend(stage, "network", cell.receiver().id(), "network");
    stages.depend(stage, "sender.predictions", cell.sender().id(), "predictions");
    stages.depend(stage, "receiver.predictions", cell.receiver().id(), "predictions");
    stages.add(stage);
    return id;
  }

  private void dependOnSender(Stage.Builder stage, String role, Cell cell, String split) {
    dependOnRepresentation(stage, role, cell.sender(), cell.senderCut(), split);
  }

  private void dependOnReceiver(Stage.Builder stage, String role, Cell cell, String split) {
    dependOnRepresentation(stage, role, cell.receiver(), cell.receiverCut(), split);
  }

  private void dependOnRepresentation(
      Stage.Builder stage, String role, Subject subject, CutPoint cut, String split) {
    stages.depend(stage, role, subject.representation(cut, split), "representation");
  }
}
