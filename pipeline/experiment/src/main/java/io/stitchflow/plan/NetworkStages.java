package io.stitchflow.plan;

import io.stitchflow.content.Digest;
import io.stitchflow.network.Architecture;
import io.stitchflow.network.CutPoint;
import io.stitchflow.v1.CollectRepresentation;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.ImportNetwork;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.Network;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.TrainNetwork;
import io.stitchflow.v1.TrainingRecipe;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The stages of networks: their training or import, and their representations. */
final class NetworkStages {
  private final Experiment experiment;
  private final Path base;
  private final PlanBuilder stages;
  private final DatasetSource dataset;
  private final Costs costs;
  private final Map<String, NetworkVariant> variants = new LinkedHashMap<>();

  /**
   * @param base what paths in the experiment are relative to
   */
  NetworkStages(
      Experiment experiment, Path base, PlanBuilder stages, DatasetSource dataset, Costs costs) {
    this.experiment = experiment;
    this.base = base;
    this.stages = stages;
    this.dataset = dataset;
    this.costs = costs;
  }

  /** All that were added, in that order. */
  Collection<NetworkVariant> all() {
    return variants.values();
  }

  /**
   * The network in one of its states; adds its stages the first time.
   *
   * @throws IOException if a file of weights cannot be read
   */
  NetworkVariant add(String name, boolean random) throws IOException {
    String id = (random ? "random " : "train ") + name;
    @Nullable NetworkVariant known = variants.get(id);
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
            .filter(cut -> network.getCutCount() == 0 || network.getCutList().contains(cut.layer()))
            .toList();
    NetworkVariant variant =
        new NetworkVariant(id, network, architecture, random, cuts, dataset.title());
    variants.put(id, variant);
    addNetwork(variant);
    addRepresentations(variant, "train", experiment.getRepresentation().getExamples());
    addRepresentations(variant, "test", 0);
    return variant;
  }

  private void addNetwork(NetworkVariant variant) throws IOException {
    boolean imported = variant.imported();
    TrainingRecipe recipe = variant.recipe();
    Stage.Builder stage =
        stages.stage(
            variant.id(),
            variant.id(),
            costs.training(
                variant.architecture(),
                recipe.getEpochs(),
                dataset.trainExamples(),
                dataset.testExamples()));
    stage.setExamples((1L + recipe.getEpochs()) * dataset.trainExamples() + dataset.testExamples());
    stage.setOutputBytes(
        OutputSizes.network(
            variant.architecture(), dataset.trainExamples() + dataset.testExamples()));
    stage
        .getActionBuilder()
        .setTrainNetwork(
            TrainNetwork.newBuilder()
                .addAllBlocks(variant.architecture().blocks())
                .setWidth(variant.architecture().width())
                .setPlain(variant.architecture().plain())
                .addAllLayer(variant.architecture().layers())
                .setRecipe(recipe)
                .setSeed(imported ? 0 : variant.seed()));
    stages.depend(stage, "train", DatasetSource.STAGE, "train");
    stages.depend(stage, "test", DatasetSource.STAGE, "test");
    if (recipe.getPatience() > 0) {
      stages.depend(stage, "validation", DatasetSource.STAGE, "validation");
    }
    if (imported) {
      stages.depend(stage, "start", addImport(variant), "network");
    }
    stages.add(stage);
  }

  private String addImport(NetworkVariant variant) throws IOException {
    String id = "import " + variant.name();
    Architecture architecture = variant.architecture();
    Stage.Builder stage =
        stages.stage(id, id, Costs.IMPORT_PER_NUMBER * architecture.parameterCount());
    Path file = base.resolve(variant.network().getWeights().getFile()).toAbsolutePath();
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
                .addAllNameMap(variant.network().getWeights().getNameMapList())
                .setClasses(architecture.task().classes())
                .addAllImageShape(architecture.task().statedShape()));
    stages.add(stage);
    return id;
  }

  /** Adds what the network makes of a split at each cut, where that was not added yet. */
  void addRepresentations(NetworkVariant variant, String split, int examples) {
    for (CutPoint cut : variant.cuts()) {
      if (stages.has(variant.representation(cut, split))) {
        continue;
      }
      Stage.Builder stage =
          stages.stage(
              variant.representation(cut, split),
              "represent " + variant.label() + " " + split,
              costs.representation(variant.architecture(), cut, split));
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
      stages.depend(stage, "network", variant.id(), "network");
      stages.depend(stage, "dataset", DatasetSource.STAGE, split);
      stages.add(stage);
    }
  }
}
