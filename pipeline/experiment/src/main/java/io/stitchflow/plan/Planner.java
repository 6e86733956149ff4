package io.stitchflow.plan;

import io.stitchflow.content.Digest;
import io.stitchflow.dataset.DatasetKinds;
import io.stitchflow.dataset.DatasetSummary;
import io.stitchflow.network.Architecture;
import io.stitchflow.network.CutPoint;
import io.stitchflow.objective.Objectives;
import io.stitchflow.spec.Conditions;
import io.stitchflow.spec.ValidExperiment;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.stitch.Stitch;
import io.stitchflow.store.Stores;
import io.stitchflow.v1.CollectRepresentation;
import io.stitchflow.v1.Condition;
import io.stitchflow.v1.CopySolver;
import io.stitchflow.v1.Dataset;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.ImportNetwork;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.Network;
import io.stitchflow.v1.Pair;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.ReportCell;
import io.stitchflow.v1.RepresentationPolicy;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.Toolchain;
import io.stitchflow.v1.TrainNetwork;
import io.stitchflow.v1.TrainingRecipe;
import io.stitchflow.v1.WriteReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns an experiment into its stages. The same experiment, data and toolchain give the same plan.
 */
public final class Planner {
  private final Experiment experiment;
  private final Path base;
  private final PlanBuilder stages;
  private final DatasetSource dataset;
  private final Costs costs;
  private final CellStages cells;
  private final Map<String, NetworkVariant> subjects = new LinkedHashMap<>();
  private final List<String> comparisons = new ArrayList<>();
  private final WriteReport.Builder report = WriteReport.newBuilder();

  private Planner(Experiment experiment, Path base, Toolchain toolchain, DatasetSource dataset) {
    this.experiment = experiment;
    this.base = base;
    this.stages = new PlanBuilder(toolchain);
    this.dataset = dataset;
    int kept = experiment.getRepresentation().getExamples();
    int train = kept == 0 ? dataset.trainExamples() : Math.min(kept, dataset.trainExamples());
    this.costs = new Costs(train, dataset.validationExamples(), dataset.testExamples());
    this.cells = new CellStages(experiment, stages, costs);
  }

  /**
   * All stages of an experiment.
   *
   * @param downloads directory of downloaded data sets, which need not be there yet
   * @throws IOException if a file of the data set or of weights cannot be read
   */
  public static Plan plan(ValidExperiment valid, Path downloads, Toolchain toolchain)
      throws IOException {
    Experiment experiment = valid.experiment();
    DatasetSource dataset =
        DatasetSource.of(experiment.getDataset(), valid.dataset(), valid.base(), downloads);
    return new Planner(experiment, valid.base(), toolchain, dataset).plan();
  }

  /**
   * The same for an experiment in which every default is explicit, with downloads in this user's
   * cache.
   *
   * @param base what paths in the experiment are relative to
   */
  public static Plan plan(Experiment experiment, Path base, Toolchain toolchain)
      throws IOException {
    Dataset dataset = experiment.getDataset();
    DatasetSummary summary = DatasetKinds.of(dataset).summarize(dataset, base);
    return plan(
        new ValidExperiment(experiment, base, summary),
        Stores.datasets(System.getenv()),
        toolchain);
  }

  private Plan plan() throws IOException {
    stages.add(dataset.stage());
    for (Condition condition : experiment.getConditionList()) {
      for (Pair pair : experiment.getPairList()) {
        NetworkVariant sender = subject(pair.getSender(), Conditions.randomSender(condition));
        NetworkVariant receiver = subject(pair.getReceiver(), Conditions.randomReceiver(condition));
        if (experiment.getVanilla().getRecipe().getPatience() > 0
            || experiment.getFront().getRecipe().getPatience() > 0
            || experiment.getRank().getRecipe().getPatience() > 0) {
          addRepresentations(sender, "validation", 0);
          if (objectives().stream()
              .anyMatch(objective -> Objectives.get(objective).readsRepresentation())) {
            addRepresentations(receiver, "validation", 0);
          }
        }
        List<StitchPair> pairOfNetworks = pairs(sender, receiver);
        for (long seed : experiment.getSeedList()) {
          addCells(condition, pairOfNetworks, seed);
        }
      }
    }
    addReport();
    addExtensions();
    return experiment.getRepresentation().getPolicy() == RepresentationPolicy.RECOMPUTE
        ? RepresentationRetention.keepNone(stages.build())
        : stages.build();
  }

  private List<StitchPair> pairs(NetworkVariant sender, NetworkVariant receiver) {
    String family = experiment.getStitch().getFamily();
    List<StitchPair> pairs = new ArrayList<>();
    for (CutPoint receiverCut : receiver.cuts()) {
      for (CutPoint senderCut : sender.cuts()) {
        Stitch stitch = Stitch.chosen(family, senderCut, receiverCut);
        pairs.add(StitchPair.of(sender, receiver, stitch));
      }
    }
    return pairs;
  }

  private void addCells(Condition condition, List<StitchPair> pairOfNetworks, long seed) {
    for (StitchPair cell : pairOfNetworks) {
      for (String objective : objectives()) {
        for (CopySolver solver : experiment.getCopy().getSolverList()) {
          comparisons.add(cells.add(cell, objective, solver, seed));
          report.addCell(
              ReportCell.newBuilder()
                  .setCondition(condition)
                  .setSender(cell.sender().name())
                  .setSenderCut(cell.senderCut().layer())
                  .setReceiver(cell.receiver().name())
                  .setReceiverCut(cell.receiverCut().layer())
                  .setCopySolver(solver)
                  .setSeed(seed)
                  .setObjective(objective));
        }
      }
    }
  }

  private List<String> objectives() {
    return experiment.getVanilla().getObjectiveList();
  }

  /** Kind after kind, so that extensions may depend on each other. */
  private void addExtensions() {
    for (StageDefinition definition : StageDefinition.all()) {
      for (Stage stage : definition.plan(experiment, stages.before(definition))) {
        stages.add(stage.toBuilder());
      }
    }
  }

  private void addReport() {
    Stage.Builder stage = stages.stage("report", "report", Costs.REPORT);
    stage.setOutputBytes(OutputSizes.REPORT + OutputSizes.COMPARISON * comparisons.size());
    stages.depend(stage, "train", DatasetSource.STAGE, "train");
    stages.depend(stage, "test", DatasetSource.STAGE, "test");
    int network = 0;
    for (NetworkVariant subject : subjects.values()) {
      report.addNetwork(subject.described());
      stages.depend(stage, "network[" + network + "]", subject.id(), "network");
      stages.depend(stage, "training[" + network + "]", subject.id(), "training");
      network++;
    }
    for (int i = 0; i < comparisons.size(); i++) {
      stages.depend(stage, "comparison[" + i + "]", comparisons.get(i), "comparison");
    }
    report.setExperiment(experiment.getName()).setVanilla(experiment.getVanilla());
    stage.getActionBuilder().setWriteReport(report);
    stages.add(stage);
  }

  private NetworkVariant subject(String name, boolean random) throws IOException {
    String id = (random ? "random " : "train ") + name;
    NetworkVariant known = subjects.get(id);
    if (known != null) {
      return known;
    }
    Network network =
        experiment.getNetworkList().stream()
            .filter(each -> each.getName().equals(name))
            .findFirst()
            .orElseThrow();
    Architecture architecture = Architecture.of(network, dataset.task());
    List<CutPoint> cuts =
        architecture.cuts().stream()
            .filter(
                cut ->
                    experiment.getCutCount() == 0 || experiment.getCutList().contains(cut.layer()))
            .toList();
    NetworkVariant subject =
        new NetworkVariant(id, network, architecture, random, cuts, dataset.title());
    subjects.put(id, subject);
    addNetwork(subject);
    addRepresentations(subject, "train", experiment.getRepresentation().getExamples());
    addRepresentations(subject, "test", 0);
    return subject;
  }

  private void addNetwork(NetworkVariant subject) throws IOException {
    boolean imported = subject.imported();
    TrainingRecipe recipe = subject.recipe();
    Stage.Builder stage =
        stages.stage(
            subject.id(),
            subject.id(),
            costs.training(
                subject.architecture(),
                recipe.getEpochs(),
                dataset.trainExamples(),
                dataset.testExamples()));
    stage.setExamples((1L + recipe.getEpochs()) * dataset.trainExamples() + dataset.testExamples());
    stage.setOutputBytes(
        OutputSizes.network(
            subject.architecture(), dataset.trainExamples() + dataset.testExamples()));
    stage
        .getActionBuilder()
        .setTrainNetwork(
            TrainNetwork.newBuilder()
                .addAllBlocks(subject.architecture().blocks())
                .setWidth(subject.architecture().width())
                .setPlain(subject.architecture().plain())
                .addAllLayer(subject.architecture().layers())
                .setRecipe(recipe)
                .setSeed(imported ? 0 : subject.seed()));
    stages.depend(stage, "train", DatasetSource.STAGE, "train");
    stages.depend(stage, "test", DatasetSource.STAGE, "test");
    if (recipe.getPatience() > 0) {
      stages.depend(stage, "validation", DatasetSource.STAGE, "validation");
    }
    if (imported) {
      stages.depend(stage, "start", addImport(subject), "network");
    }
    stages.add(stage);
  }

  private String addImport(NetworkVariant subject) throws IOException {
    String id = "import " + subject.name();
    Architecture architecture = subject.architecture();
    Stage.Builder stage =
        stages.stage(id, id, Costs.IMPORT_PER_NUMBER * architecture.parameterCount());
    Path file = base.resolve(subject.network().getWeights().getFile()).toAbsolutePath();
    stage.addSourceFile(file.toString());
    stage
        .getActionBuilder()
        .addInput(Input.newBuilder().setRole("weights").setDigest(Digest.of(file).bytes()))
        .setImportNetwork(
            ImportNetwork.newBuilder()
                .addAllBlocks(architecture.blocks())
                .setWidth(architecture.width())
                .setPlain(architecture.plain())
                .addAllLayer(architecture.layers())
                .addAllNameMap(subject.network().getWeights().getNameMapList())
                .setClasses(architecture.task().classes())
                .addAllImageShape(architecture.task().statedShape()));
    stages.add(stage);
    return id;
  }

  private void addRepresentations(NetworkVariant subject, String split, int examples) {
    for (CutPoint cut : subject.cuts()) {
      if (stages.has(subject.representation(cut, split))) {
        continue;
      }
      Stage.Builder stage =
          stages.stage(
              subject.representation(cut, split),
              "represent " + subject.label() + " " + split,
              costs.representation(subject.architecture(), cut, split));
      stage.setExamples(costs.examples(split));
      stage.setOutputBytes(
          OutputSizes.representation(
              cut, costs.examples(split), experiment.getRepresentation().getDtype()));
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
}
