package io.stitchflow.plan;

import io.stitchflow.content.Digest;
import io.stitchflow.network.Architecture;
import io.stitchflow.network.ClassificationTask;
import io.stitchflow.network.CutPoint;
import io.stitchflow.network.NetworkInputs;
import io.stitchflow.network.NetworkSource;
import io.stitchflow.network.foreign.WeightFiles;
import io.stitchflow.network.program.ProgramFiles;
import io.stitchflow.network.program.ProgramManifest;
import io.stitchflow.representation.RepresentationSource;
import io.stitchflow.v1.CollectRepresentation;
import io.stitchflow.v1.ElementType;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.ImportNetwork;
import io.stitchflow.v1.ImportProgram;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.Network;
import io.stitchflow.v1.PackProgram;
import io.stitchflow.v1.Program;
import io.stitchflow.v1.ProgramSegment;
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
  private final DatasetSources datasets;
  private final Costs costs;
  private final SentRepresentation.Files files;
  private final Map<String, NetworkVariant> variants = new LinkedHashMap<>();

  /**
   * @param base what paths in the experiment are relative to
   */
  NetworkStages(
      Experiment experiment, Path base, PlanBuilder stages, DatasetSources datasets, Costs costs) {
    this.experiment = experiment;
    this.base = base;
    this.stages = stages;
    this.datasets = datasets;
    this.costs = costs;
    this.files = new SentRepresentation.Files(base);
  }

  /** All that were added, in that order. */
  Collection<NetworkVariant> all() {
    return variants.values();
  }

  /**
   * The network in one of its states; adds its stages the first time.
   *
   * @throws IOException if a file of weights or representations cannot be read
   */
  NetworkVariant add(String name, boolean random) throws IOException {
    NetworkVariant variant = variant(name, random);
    addRepresentations(variant, "train", experiment.getRepresentation().getExamples());
    addRepresentations(variant, "test", 0);
    return variant;
  }

  /** Whether it is a sender without a network. */
  boolean withoutNetwork(String name) {
    return network(name).hasRepresentations();
  }

  /** Adds the network's own stages the first time. */
  private NetworkVariant variant(String name, boolean random) throws IOException {
    String id = (random ? "random " : "train ") + name;
    @Nullable NetworkVariant known = variants.get(id);
    if (known != null) {
      return known;
    }
    Network network = network(name);
    DatasetSource dataset = datasets.of(network);
    if (network.hasRepresentations()) {
      RepresentationSource source =
          RepresentationSource.of(network.getRepresentations(), dataset.task(), base, this::shape);
      return keep(id, network, source, random, dataset);
    }
    if (network.hasProgram()) {
      ProgramFiles program = program(network, random, dataset.task());
      NetworkVariant variant = keep(id, network, program.source(), random, dataset);
      addProgram(variant, program);
      return variant;
    }
    Architecture architecture = Architecture.of(network, dataset.task());
    NetworkVariant variant = keep(id, network, architecture, random, dataset);
    addNetwork(variant, architecture);
    return variant;
  }

  private NetworkVariant keep(
      String id, Network network, NetworkSource source, boolean random, DatasetSource dataset) {
    List<CutPoint> cuts =
        source.cuts().stream()
            .filter(cut -> network.getCutCount() == 0 || network.getCutList().contains(cut.layer()))
            .toList();
    NetworkVariant variant = new NetworkVariant(id, network, source, random, cuts, dataset);
    variants.put(id, variant);
    return variant;
  }

  private Network network(String name) {
    return experiment.getNetworkList().stream()
        .filter(each -> each.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private ProgramFiles program(Network network, boolean random, ClassificationTask task)
      throws IOException {
    Program program = network.getProgram();
    return random ? ProgramFiles.random(program, task, base) : ProgramFiles.of(program, task, base);
  }

  private void addProgram(NetworkVariant variant, ProgramFiles program) throws IOException {
    String packed = "pack " + variant.label();
    ProgramManifest manifest = program.manifest();
    Stage.Builder pack =
        stages.stage(packed, packed, Costs.IMPORT_PER_NUMBER * variant.source().parameterCount());
    pack.setOutputBytes(OutputSizes.network(variant.source(), 0));
    PackProgram.Builder parameters =
        PackProgram.newBuilder().setName(manifest.name()).addAllImageShape(manifest.input());
    NetworkInputs.@Nullable Scale scale = manifest.scale();
    if (scale != null) {
      parameters.addAllMean(scale.mean()).addAllStd(scale.deviation());
    }
    addSegments(program, parameters, pack);
    pack.getActionBuilder().setPackProgram(parameters);
    stages.add(pack);
    Stage.Builder stage = evaluation(variant, 0);
    stage.getActionBuilder().setImportProgram(ImportProgram.getDefaultInstance());
    stages.depend(stage, "program", packed, "program");
    stages.depend(stage, "train", variant.dataset().id(), "train");
    stages.depend(stage, "test", variant.dataset().id(), "test");
    stages.add(stage);
  }

  /** Adds the segments in their order, and each of their files once. */
  private static void addSegments(
      ProgramFiles program, PackProgram.Builder parameters, Stage.Builder pack) throws IOException {
    List<Integer> owners = program.owners();
    for (int i = 0; i < owners.size(); i++) {
      ProgramManifest.Segment segment = program.manifest().segments().get(i);
      ProgramSegment.Builder parameter =
          parameters
              .addSegmentBuilder()
              .setName(segment.name())
              .setMethod(segment.namesMethod() ? segment.method() : "")
              .addAllShape(segment.shape());
      int owner = owners.get(i);
      String role = "segment[" + owner + "]";
      if (owner < i) {
        parameter.setFile(role);
        continue;
      }
      Path file = program.segments().get(i);
      pack.addSourceFile(file.toString());
      pack.getActionBuilder()
          .addInput(Input.newBuilder().setRole(role).setDigest(Digest.of(file).bytes()));
    }
  }

  /** A stage that trains a network for some epochs, and evaluates it. */
  private Stage.Builder evaluation(NetworkVariant variant, int epochs) {
    int train = variant.dataset().trainExamples();
    int test = variant.dataset().testExamples();
    Stage.Builder stage =
        stages.stage(
            variant.id(), variant.id(), costs.training(variant.source(), epochs, train, test));
    stage.setExamples((1L + epochs) * train + test);
    stage.setOutputBytes(OutputSizes.network(variant.source(), train + test));
    return stage;
  }

  private void addNetwork(NetworkVariant variant, Architecture architecture) throws IOException {
    boolean imported = variant.imported();
    TrainingRecipe recipe = variant.recipe();
    Stage.Builder stage = evaluation(variant, recipe.getEpochs());
    stage
        .getActionBuilder()
        .setTrainNetwork(
            TrainNetwork.newBuilder()
                .addAllBlocks(architecture.blocks())
                .setWidth(architecture.width())
                .setPlain(architecture.plain())
                .addAllLayer(architecture.layers())
                .setRecipe(recipe)
                .setSeed(imported ? 0 : variant.seed()));
    stages.depend(stage, "train", variant.dataset().id(), "train");
    stages.depend(stage, "test", variant.dataset().id(), "test");
    if (recipe.getPatience() > 0) {
      stages.depend(stage, "validation", variant.dataset().id(), "validation");
    }
    if (imported) {
      stages.depend(stage, "start", addImport(variant, architecture), "network");
    }
    stages.add(stage);
  }

  private String addImport(NetworkVariant variant, Architecture architecture) throws IOException {
    String id = "import " + variant.name();
    Stage.Builder stage =
        stages.stage(id, id, Costs.IMPORT_PER_NUMBER * architecture.parameterCount());
    WeightFiles files =
        WeightFiles.of(base.resolve(variant.network().getWeights().getFile()).toAbsolutePath());
    for (Map.Entry<String, Path> input : files.byRole().entrySet()) {
      Path file = input.getValue();
      stage.addSourceFile(file.toString());
      stage
          .getActionBuilder()
          .addInput(Input.newBuilder().setRole(input.getKey()).setDigest(Digest.of(file).bytes()));
    }
    stage
        .getActionBuilder()
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
  void addRepresentations(NetworkVariant variant, String split, int examples) throws IOException {
    for (CutPoint cut : variant.cuts()) {
      addRepresentation(variant, cut, split, examples);
    }
  }

  private void addRepresentation(NetworkVariant variant, CutPoint cut, String split, int examples)
      throws IOException {
    if (stages.has(variant.representation(cut, split))) {
      return;
    }
    String id = variant.representation(cut, split);
    // One forward pass serves all cuts of a network
    String group = variant.withoutNetwork() ? id : "represent " + variant.label() + " " + split;
    Stage.Builder stage =
        stages.stage(id, group, costs.representation(variant.source(), cut, split));
    stage.setExamples(costs.examples(split));
    ElementType dtype = experiment.getRepresentation().getDtype();
    stage.setOutputBytes(OutputSizes.representation(cut, costs.examples(split), dtype));
    if (variant.source() instanceof RepresentationSource source) {
      new SentRepresentation(source.source(cut), cut, split, examples, dtype, variant.seed())
          .add(stages, stage, files, this::addNamed);
      return;
    }
    stage
        .getActionBuilder()
        .setCollectRepresentation(
            CollectRepresentation.newBuilder()
                .setCut(cut.layer())
                .setExamples(examples)
                .setDtype(dtype));
    stages.depend(stage, "network", variant.id(), "network");
    stages.depend(stage, "dataset", DatasetSource.STAGE, split);
    stages.add(stage);
  }

  /** Adds the representation of {@code network/cut}; returns the stage that makes it. */
  private String addNamed(String of, String split) throws IOException {
    NetworkVariant variant = variant(of.substring(0, of.indexOf('/')), false);
    CutPoint cut = cut(variant, of);
    int examples = split.equals("train") ? experiment.getRepresentation().getExamples() : 0;
    addRepresentation(variant, cut, split, examples);
    return variant.representation(cut, split);
  }

  private List<Integer> shape(String of) throws IOException {
    return cut(variant(of.substring(0, of.indexOf('/')), false), of).shape();
  }

  private static CutPoint cut(NetworkVariant variant, String of) {
    String layer = of.substring(of.indexOf('/') + 1);
    return variant.source().cuts().stream()
        .filter(cut -> cut.layer().equals(layer))
        .findFirst()
        .orElseThrow();
  }
}
