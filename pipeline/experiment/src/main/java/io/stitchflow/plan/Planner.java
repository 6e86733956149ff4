package io.stitchflow.plan;

import io.stitchflow.dataset.DatasetKinds;
import io.stitchflow.dataset.DatasetSummary;
import io.stitchflow.network.CutPoint;
import io.stitchflow.objective.Objectives;
import io.stitchflow.spec.Conditions;
import io.stitchflow.spec.ValidExperiment;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.stitch.Stitch;
import io.stitchflow.store.Stores;
import io.stitchflow.v1.Condition;
import io.stitchflow.v1.CopySolver;
import io.stitchflow.v1.Dataset;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.Pair;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.ReportCell;
import io.stitchflow.v1.RepresentationPolicy;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.Toolchain;
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
  private final PlanBuilder stages;
  private final DatasetSource dataset;
  private final NetworkStages networks;
  private final CellStages cells;
  private final List<CellStages.Reported> reported = new ArrayList<>();
  private final WriteReport.Builder report = WriteReport.newBuilder();

  private Planner(ValidExperiment valid, Path downloads, Toolchain toolchain) throws IOException {
    this.experiment = valid.experiment();
    this.stages = new PlanBuilder(toolchain);
    DatasetSources datasets = new DatasetSources(valid, stages, downloads);
    this.dataset = datasets.ofExperiment();
    int kept = experiment.getRepresentation().getExamples();
    int train = kept == 0 ? dataset.trainExamples() : Math.min(kept, dataset.trainExamples());
    Costs costs = new Costs(train, dataset.validationExamples(), dataset.testExamples());
    this.networks = new NetworkStages(experiment, valid.base(), stages, datasets, costs);
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
    return new Planner(valid, downloads, toolchain).plan();
  }

  /**
   * The same for an experiment in which every default is explicit, with downloads in this user's
   * cache.
   *
   * @param base what paths in the experiment are relative to
   */
  public static Plan plan(Experiment experiment, Path base, Toolchain toolchain)
      throws IOException {
    Map<Dataset, DatasetSummary> summaries = new LinkedHashMap<>();
    for (Dataset dataset : DatasetKinds.datasets(experiment)) {
      summaries.put(dataset, DatasetKinds.of(dataset).summarize(dataset, base));
    }
    return plan(
        new ValidExperiment(experiment, base, summaries),
        Stores.datasets(System.getenv()),
        toolchain);
  }

  private Plan plan() throws IOException {
    for (Condition condition : experiment.getConditionList()) {
      for (Pair pair : experiment.getPairList()) {
        if (Conditions.randomSender(condition) && networks.withoutNetwork(pair.getSender())) {
          continue; // it has no random control
        }
        NetworkVariant sender = networks.add(pair.getSender(), Conditions.randomSender(condition));
        NetworkVariant receiver =
            networks.add(pair.getReceiver(), Conditions.randomReceiver(condition));
        if (experiment.getVanilla().getRecipe().getPatience() > 0
            || experiment.getFront().getRecipe().getPatience() > 0
            || experiment.getRank().getRecipe().getPatience() > 0) {
          networks.addRepresentations(sender, "validation", 0);
          if (objectives().stream()
              .anyMatch(objective -> Objectives.get(objective).readsRepresentation())) {
            networks.addRepresentations(receiver, "validation", 0);
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
          reported.add(cells.add(cell, objective, solver, seed));
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
    stage.setOutputBytes(OutputSizes.REPORT + OutputSizes.COMPARISON * reported.size());
    stages.depend(stage, "train", DatasetSource.STAGE, "train");
    stages.depend(stage, "test", DatasetSource.STAGE, "test");
    int network = 0;
    for (NetworkVariant variant : networks.all()) {
      report.addNetwork(variant.described());
      if (variant.withoutNetwork()) {
        for (int i = 0; i < variant.cuts().size(); i++) {
          stages.depend(
              stage,
              "representation[" + network + "," + i + "]",
              variant.representation(variant.cuts().get(i), "train"),
              "representation");
        }
      } else {
        stages.depend(stage, "network[" + network + "]", variant.id(), "network");
        stages.depend(stage, "training[" + network + "]", variant.id(), "training");
        if (variant.hasOwnDataset()) {
          stages.depend(stage, "test[" + network + "]", variant.dataset().id(), "test");
        }
      }
      network++;
    }
    for (int i = 0; i < reported.size(); i++) {
      CellStages.Reported cell = reported.get(i);
      stages.depend(stage, "comparison[" + i + "]", cell.comparison(), "comparison");
      for (int start = 0; start < cell.vanillas().size(); start++) {
        String role = "stitch_training[" + i + "," + start + "]";
        stages.depend(stage, role, cell.vanillas().get(start), "training");
      }
    }
    report.setExperiment(experiment.getName()).setVanilla(experiment.getVanilla());
    stage.getActionBuilder().setWriteReport(report);
    stages.add(stage);
  }
}
