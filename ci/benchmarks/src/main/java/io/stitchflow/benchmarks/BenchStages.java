package io.stitchflow.benchmarks;

import io.stitchflow.content.Digest;
import io.stitchflow.dataset.ImportDatasetExecutor;
import io.stitchflow.memo.StageExecutor;
import io.stitchflow.memo.StageRun;
import io.stitchflow.network.Architecture;
import io.stitchflow.network.CutPoint;
import io.stitchflow.network.TrainNetworkExecutor;
import io.stitchflow.representation.CollectRepresentationExecutor;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.Cifar10Files;
import io.stitchflow.v1.CollectRepresentation;
import io.stitchflow.v1.ElementType;
import io.stitchflow.v1.ImportDataset;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.TrainNetwork;
import io.stitchflow.v1.TrainingRecipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Stages run without a store, on files of a directory: their inputs are files, and their outputs
 * too.
 */
final class BenchStages {
  private static final int BATCH = 64;

  private final Path directory;
  private final Architecture architecture;
  private final List<CutPoint> cuts;
  private int stages;

  BenchStages(Path directory, Architecture architecture, List<CutPoint> cuts) {
    this.directory = directory;
    this.architecture = architecture;
    this.cuts = List.copyOf(cuts);
  }

  /** Outputs `train` and `test` of CIFAR-10's binary files. */
  Path dataset(Path cifar10) throws IOException {
    Map<String, Path> files = new HashMap<>();
    for (int i = 1; i <= 5; i++) {
      files.put("data_batch_" + i, cifar10.resolve("data_batch_" + i + ".bin"));
    }
    files.put("test_batch", cifar10.resolve("test_batch.bin"));
    Action.Builder action =
        Action.newBuilder()
            .setImportDataset(
                ImportDataset.newBuilder().setCifar10(Cifar10Files.getDefaultInstance()));
    return execute(new ImportDatasetExecutor(), stage(action, files));
  }

  /** How networks of benchmarks are trained. */
  static TrainingRecipe recipe(int batch, int epochs) {
    return TrainingRecipe.newBuilder()
        .setEpochs(epochs)
        .setBatchSize(batch)
        .setLearningRate(0.05)
        .setMomentum(0.9)
        .setWeightDecay(5e-4)
        .setWarmup(0.1)
        .setFlip(true)
        .setTranslate(2)
        .setCutout(4)
        .build();
  }

  /** A trained network: its file. */
  Path network(Path dataset, long seed, int epochs) throws IOException {
    Action.Builder action =
        Action.newBuilder()
            .setTrainNetwork(
                TrainNetwork.newBuilder()
                    .addAllBlocks(architecture.blocks())
                    .setWidth(architecture.width())
                    .setRecipe(recipe(BATCH, epochs))
                    .setSeed(seed));
    Map<String, Path> splits =
        Map.of("train", dataset.resolve("train"), "test", dataset.resolve("test"));
    return execute(new TrainNetworkExecutor(), stage(action, splits)).resolve("network");
  }

  /** Files by cut, from one forward pass. */
  Map<String, Path> represent(Path network, Path dataset, String split, int rows)
      throws IOException {
    List<Run> runs = new ArrayList<>();
    for (CutPoint cut : cuts) {
      CollectRepresentation.Builder parameters =
          CollectRepresentation.newBuilder()
              .setCut(cut.layer())
              .setExamples(rows)
              .setDtype(ElementType.FLOAT32);
      runs.add(
          stage(
              Action.newBuilder().setCollectRepresentation(parameters),
              Map.of("network", network, "dataset", dataset.resolve(split))));
    }
    List<Path> outputs = execute(new CollectRepresentationExecutor(), runs);
    Map<String, Path> files = new HashMap<>();
    for (int i = 0; i < cuts.size(); i++) {
      files.put(cuts.get(i).layer(), outputs.get(i).resolve("representation"));
    }
    return files;
  }

  static Path execute(StageExecutor executor, Run run) throws IOException {
    return execute(executor, List.of(run)).get(0);
  }

  static List<Path> execute(StageExecutor executor, List<Run> runs) throws IOException {
    executor.execute(List.copyOf(runs), share -> {});
    return runs.stream().map(Run::outputs).toList();
  }

  Run stage(Action.Builder parameters, Map<String, Path> inputs) throws IOException {
    Action.Builder action = parameters.clone();
    for (Map.Entry<String, Path> input : inputs.entrySet()) {
      action.addInput(
          Input.newBuilder()
              .setRole(input.getKey())
              .setDigest(Digest.of(input.getValue()).bytes()));
    }
    return new Run(action.build(), inputs, newDirectory());
  }

  Path newDirectory() throws IOException {
    return Files.createDirectory(directory.resolve("stage" + stages++));
  }

  record Run(Action action, Map<String, Path> inputs, Path outputs) implements StageRun {
    @Override
    public Path input(String role) {
      Path file = inputs.get(role);
      if (file == null) {
        throw new IllegalArgumentException("no input '" + role + "'");
      }
      return file;
    }

    @Override
    public Path output(String name) {
      return outputs.resolve(name);
    }
  }
}
