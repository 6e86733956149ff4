package io.stitchflow.plan;

import io.stitchflow.network.Architecture;
import io.stitchflow.network.CutPoint;
import io.stitchflow.v1.CollectCrossMoments;
import io.stitchflow.v1.CollectGram;
import io.stitchflow.v1.CollectRepresentation;
import io.stitchflow.v1.CompareStitches;
import io.stitchflow.v1.Condition;
import io.stitchflow.v1.CopySolver;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.FitCopyStitch;
import io.stitchflow.v1.FitVanillaStitch;
import io.stitchflow.v1.Initialization;
import io.stitchflow.v1.Network;
import io.stitchflow.v1.Pair;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.ReportCell;
import io.stitchflow.v1.ReportNetwork;
import io.stitchflow.v1.SolveCopyStitch;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.Toolchain;
import io.stitchflow.v1.TrainNetwork;
import io.stitchflow.v1.TrainingRecipe;
import io.stitchflow.v1.WriteReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns an experiment into its stages. The same experiment, data and toolchain give the same plan.
 */
public final class Planner {
  private final Experiment experiment;
  private final PlanBuilder stages;
  private final DatasetSource dataset;
  private final Costs costs;
  private final Map<String, Subject> subjects = new LinkedHashMap<>();
  private final WriteReport.Builder report = WriteReport.newBuilder();

  private Planner(Experiment experiment, Toolchain toolchain, DatasetSource dataset) {
    this.experiment = experiment;
    this.stages = new PlanBuilder(toolchain);
    this.dataset = dataset;
    int kept = experiment.getRepresentation().getExamples();
    int train = kept == 0 ? dataset.trainExamples() : Math.min(kept, dataset.trainExamples());
    this.costs = new Costs(train, dataset.testExamples());
  }

  /**
   * All stages of a valid experiment in which every default is explicit.
   *
   * @param base what paths in the experiment are relative to
   * @throws IOException if a file of the data set cannot be read
   */
  public static Plan plan(Experiment experiment, Path base, Toolchain toolchain)
      throws IOException {
    return new Planner(experiment, toolchain, DatasetSource.of(experiment.getDataset(), base))
        .plan();
  }

  private Plan plan() {
    stages.add(dataset.stage());
    for (Condition condition : experiment.getConditionList()) {
      for (Pair pair : experiment.getPairList()) {
        Subject sender = subject(pair.getSender(), Conditions.randomSender(condition));
        Subject receiver = subject(pair.getReceiver(), Conditions.randomReceiver(condition));
        for (long seed : experiment.getSeedList()) {
          addCells(condition, sender, receiver, seed);
        }
      }
    }
    Stage.Builder writing = stages.stage("report", "report", Costs.REPORT);
    int network = 0;
    for (Subject subject : subjects.values()) {
      report.addNetwork(subject.described());
      stages.depend(writing, "network[" + network + "]", subject.id(), "network");
      stages.depend(writing, "training[" + network + "]", subject.id(), "training");
      network++;
    }
    for (int cell = 0; cell < report.getCellCount(); cell++) {
      stages.depend(
          writing, "comparison[" + cell + "]", comparisonId(report.getCell(cell)), "comparison");
    }
    report.setExperiment(experiment.getName()).addAllMetric(experiment.getMetricList());
    writing.getActionBuilder().setWriteReport(report);
    stages.add(writing);
    return stages.build();
  }

  private void addCells(Condition condition, Subject sender, Subject receiver, long seed) {
    for (CutPoint receiverCut : receiver.cuts()) {
      for (CutPoint senderCut : sender.cuts()) {
        Cell cell = new Cell(sender, senderCut, receiver, receiverCut, seed);
        for (CopySolver solver : experiment.getCopy().getSolverList()) {
          String copy = solver == CopySolver.SGD ? addCopyBySgd(cell) : addCopyByLeastSquares(cell);
          String vanilla = addVanilla(cell);
          ReportCell described =
              ReportCell.newBuilder()
                  .setCondition(condition)
                  .setSender(sender.name())
                  .setSenderCut(senderCut.layer())
                  .setReceiver(receiver.name())
                  .setReceiverCut(receiverCut.layer())
                  .setCopySolver(solver)
                  .setSeed(seed)
                  .build();
          addComparison(cell, vanilla, copy, described);
          report.addCell(described);
        }
      }
    }
  }

  private Subject subject(String name, boolean random) {
    String id = (random ? "random " : "train ") + name;
    Subject known = subjects.get(id);
    if (known != null) {
      return known;
    }
    Network network =
        experiment.getNetworkList().stream()
            .filter(each -> each.getName().equals(name))
            .findFirst()
            .orElseThrow();
    Architecture architecture = Architecture.parse(network.getArchitecture(), network.getWidth());
    List<CutPoint> cuts =
        architecture.cuts().stream()
            .filter(
                cut ->
                    experiment.getCutCount() == 0 || experiment.getCutList().contains(cut.layer()))
            .toList();
    Subject subject = new Subject(id, network, architecture, random, cuts, dataset.title());
    subjects.put(id, subject);
    addNetwork(subject);
    addRepresentations(subject, "train", experiment.getRepresentation().getExamples());
    addRepresentations(subject, "test", 0);
    return subject;
  }

  private void addNetwork(Subject subject) {
    Network network = subject.network();
    TrainingRecipe recipe =
        subject.random() ? TrainingRecipe.newBuilder().setEpochs(0).build() : network.getRecipe();
    if (recipe.getEpochs() == 0) {
      recipe = TrainingRecipe.newBuilder().setEpochs(0).build();
    }
    Stage.Builder stage =
        stages.stage(
            subject.id(),
            subject.id(),
            costs.training(
                subject.architecture(),
                recipe.getEpochs(),
                dataset.trainExamples(),
                dataset.testExamples()));
    stage
        .getActionBuilder()
        .setTrainNetwork(
            TrainNetwork.newBuilder()
                .addAllBlocks(subject.architecture().blocks())
                .setWidth(subject.architecture().width())
                .setRecipe(recipe)
                .setSeed(network.getSeed()));
    stages.depend(stage, "train", DatasetSource.STAGE, "train");
    stages.depend(stage, "test", DatasetSource.STAGE, "test");
    stages.add(stage);
  }

  private void addRepresentations(Subject subject, String split, int examples) {
    for (CutPoint cut : subject.cuts()) {
      Stage.Builder stage =
          stages.stage(
              representationId(subject, cut, split),
              "represent " + subject.label() + " " + split,
              costs.representation(subject.architecture(), cut, split));
      stage
          .getActionBuilder()
          .setCollectRepresentation(
              CollectRepresentation.newBuilder()
                  .setCut(cut.layer())
                  .setExamples(examples)
                  .setDtype(experiment.getRepresentation().getDtype()));
      stages.depend(stage, "network", subject.id(), "network");
      stages.depend(stage, "dataset", DatasetSource.STAGE, split);
      stages.add(stage);
    }
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
    stage
        .getActionBuilder()
        .setFitVanillaStitch(
            FitVanillaStitch.newBuilder()
                .setSenderCut(cell.senderCut().layer())
                .setReceiverCut(cell.receiverCut().layer())
                .setRecipe(experiment.getVanilla().getRecipe())
                .setInitialization(initialization)
                .setSeed(cell.seed()));
    stages.depend(
        stage,
        "sender",
        representationId(cell.sender(), cell.senderCut(), "train"),
        "representation");
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
    stage
        .getActionBuilder()
        .setFitCopyStitch(
            FitCopyStitch.newBuilder()
                .setSenderCut(cell.senderCut().layer())
                .setReceiverCut(cell.receiverCut().layer())
                .setRecipe(experiment.getCopy().getRecipe())
                .setSeed(cell.seed()));
    stages.depend(
        stage,
        "sender",
        representationId(cell.sender(), cell.senderCut(), "train"),
        "representation");
    stages.depend(
        stage,
        "receiver",
        representationId(cell.receiver(), cell.receiverCut(), "train"),
        "representation");
    stages.add(stage);
    return id;
  }

  /** The exact solution needs no seed: one stage serves all seeds. */
  private String addCopyByLeastSquares(Cell cell) {
    String id = "copy " + cell.label();
    if (stages.has(id)) {
      return id;
    }
    String gram = addGram(cell);
    String cross = "cross moments " + cell.label();
    Stage.Builder moments =
        stages.stage(cross, "cross moments " + cell.column(), costs.cross(cell));
    moments.getActionBuilder().setCollectCrossMoments(CollectCrossMoments.getDefaultInstance());
    stages.depend(
        moments,
        "sender",
        representationId(cell.sender(), cell.senderCut(), "train"),
        "representation");
    stages.depend(
        moments,
        "receiver",
        representationId(cell.receiver(), cell.receiverCut(), "train"),
        "representation");
    stages.add(moments);
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
    stages.depend(stage, "gram", gram, "moments");
    stages.depend(stage, "cross", cross, "moments");
    stages.add(stage);
    return id;
  }

  private String addGram(Cell cell) {
    String cut = cell.sender().label() + "/" + cell.senderCut().layer();
    String id = "gram " + cut + " patch " + cell.patch();
    if (!stages.has(id)) {
      Stage.Builder stage = stages.stage(id, "gram " + cut, costs.gram(cell));
      stage.getActionBuilder().setCollectGram(CollectGram.newBuilder().setPatch(cell.patch()));
      stages.depend(
          stage,
          "sender",
          representationId(cell.sender(), cell.senderCut(), "train"),
          "representation");
      stages.add(stage);
    }
    return id;
  }

  private void addComparison(Cell cell, String vanilla, String copy, ReportCell described) {
    Stage.Builder stage =
        stages.stage(
            comparisonId(described),
            "compare " + cell.column() + " " + described.getCopySolver() + " seed " + cell.seed(),
            costs.comparison(cell));
    stage
        .getActionBuilder()
        .setCompareStitches(
            CompareStitches.newBuilder()
                .setSenderCut(cell.senderCut().layer())
                .setReceiverCut(cell.receiverCut().layer())
                .addAllMetric(experiment.getMetricList().stream().sorted().toList()));
    stages.depend(stage, "vanilla", vanilla, "stitch");
    stages.depend(stage, "copy", copy, "stitch");
    stages.depend(
        stage,
        "sender.train",
        representationId(cell.sender(), cell.senderCut(), "train"),
        "representation");
    stages.depend(
        stage,
        "sender.test",
        representationId(cell.sender(), cell.senderCut(), "test"),
        "representation");
    stages.depend(
        stage,
        "receiver.train",
        representationId(cell.receiver(), cell.receiverCut(), "train"),
        "representation");
    stages.depend(
        stage,
        "receiver.test",
        representationId(cell.receiver(), cell.receiverCut(), "test"),
        "representation");
    stages.depend(stage, "network", cell.receiver().id(), "network");
    stages.depend(stage, "sender.predictions", cell.sender().id(), "predictions");
    stages.depend(stage, "receiver.predictions", cell.receiver().id(), "predictions");
    stages.add(stage);
  }

  private static String representationId(Subject subject, CutPoint cut, String split) {
    return "represent " + subject.label() + "/" + cut.layer() + " " + split;
  }

  private static String comparisonId(ReportCell cell) {
    String solver = cell.getCopySolver() == CopySolver.SGD ? "SGD" : "least squares";
    return "compare "
        + Subject.label(cell.getSender(), Conditions.randomSender(cell.getCondition()))
        + "/"
        + cell.getSenderCut()
        + " -> "
        + Subject.label(cell.getReceiver(), Conditions.randomReceiver(cell.getCondition()))
        + "/"
        + cell.getReceiverCut()
        + " "
        + solver
        + " seed "
        + cell.getSeed();
  }

  /** A network of the experiment in one of its states. */
  record Subject(
      String id,
      Network network,
      Architecture architecture,
      boolean random,
      List<CutPoint> cuts,
      String dataset) {
    static String label(String name, boolean random) {
      return random ? "random " + name : name;
    }

    String name() {
      return network.getName();
    }

    String label() {
      return label(name(), random);
    }

    ReportNetwork described() {
      return ReportNetwork.newBuilder()
          .setName(name())
          .setArchitecture(architecture.name())
          .setWidth(network.getWidth())
          .setSeed(network.getSeed())
          .setRandom(random)
          .setDataset(dataset)
          .addAllCut(architecture.cuts().stream().map(CutPoint::layer).toList())
          .build();
    }
  }

  /** A sender's cut into a receiver's. */
  record Cell(
      Subject sender, CutPoint senderCut, Subject receiver, CutPoint receiverCut, long seed) {
    String label() {
      return sender.label()
          + "/"
          + senderCut.layer()
          + " -> "
          + receiver.label()
          + "/"
          + receiverCut.layer();
    }

    /** All sender cuts into one receiver cut. */
    String column() {
      return sender.label() + " -> " + receiver.label() + "/" + receiverCut.layer();
    }

    /** Side of the patch of the sender's map that one position of the receiver's map sees. */
    int patch() {
      return Math.max(1, senderCut.shape().get(1) / receiverCut.shape().get(1));
    }
  }
}
