package io.stitchflow.stitch;

import io.stitchflow.dataset.ImportDatasetExecutor;
import io.stitchflow.network.TrainNetworkExecutor;
import io.stitchflow.network.program.ImportProgramExecutor;
import io.stitchflow.representation.CollectRepresentationExecutor;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.CollectRepresentation;
import io.stitchflow.v1.ElementType;
import io.stitchflow.v1.ImportDataset;
import io.stitchflow.v1.ImportProgram;
import io.stitchflow.v1.Synthetic;
import io.stitchflow.v1.TrainNetwork;
import io.stitchflow.v1.TrainingCurve;
import io.stitchflow.v1.TrainingRecipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A small network and its representations at all cuts, made by the executors themselves. */
public record Subject(
    Path network,
    Path predictions,
    TrainingCurve curve,
    Map<String, Path> train,
    Map<String, Path> test) {
  /** Stands until a test has made its own. */
  static final Subject NONE =
      new Subject(Path.of(""), Path.of(""), TrainingCurve.getDefaultInstance(), Map.of(), Map.of());

  public static final int TRAIN_EXAMPLES = 150;
  public static final int TEST_EXAMPLES = 90;
  public static final List<String> CUTS =
      List.of("stem", "layer1.0", "layer2.0", "layer3.0", "layer4.0");

  /** Outputs `train` and `test` of a small data set. */
  public static Path dataset(Bench bench) throws IOException {
    Synthetic synthetic =
        Synthetic.newBuilder()
            .setTrainExamples(TRAIN_EXAMPLES)
            .setTestExamples(TEST_EXAMPLES)
            .setNoise(8)
            .setSeed(1)
            .build();
    Action.Builder action =
        Action.newBuilder().setImportDataset(ImportDataset.newBuilder().setSynthetic(synthetic));
    return bench.execute(new ImportDatasetExecutor(), bench.stage(action));
  }

  /**
   * ResNet(1,1,1,1) of width 4.
   *
   * @param epochs 0 leaves it random
   */
  public static Subject of(Bench bench, Path dataset, int epochs, long seed) throws IOException {
    Path trained =
        bench.execute(new TrainNetworkExecutor(), training(bench, dataset, epochs, seed));
    Path network = trained.resolve("network");
    return new Subject(
        network,
        trained.resolve("predictions"),
        TrainingCurve.parseFrom(Files.readAllBytes(trained.resolve("training"))),
        representations(bench, network, dataset.resolve("train"), CUTS),
        representations(bench, network, dataset.resolve("test"), CUTS));
  }

  /** A program. */
  static Subject imported(Bench bench, Path dataset, Path program, List<String> cuts)
      throws IOException {
    Action.Builder action =
        Action.newBuilder().setImportProgram(ImportProgram.getDefaultInstance());
    Path imported =
        bench.execute(
            new ImportProgramExecutor(),
            bench.stage(
                action,
                "program",
                program,
                "train",
                dataset.resolve("train"),
                "test",
                dataset.resolve("test")));
    Path network = imported.resolve("network");
    return new Subject(
        network,
        imported.resolve("predictions"),
        TrainingCurve.parseFrom(Files.readAllBytes(imported.resolve("training"))),
        representations(bench, network, dataset.resolve("train"), cuts),
        representations(bench, network, dataset.resolve("test"), cuts));
  }

  /** The stage that trains such a network, in batches of 32. */
  static Bench.Run training(Bench bench, Path dataset, int epochs, long seed) throws IOException {
    TrainingRecipe recipe =
        TrainingRecipe.newBuilder()
            .setEpochs(epochs)
            .setBatchSize(32)
            .setLearningRate(0.05)
            .setMomentum(0.9)
            .setWeightDecay(5e-4)
            .setWarmup(0.1)
            .setFlip(true)
            .setTranslate(2)
            .setCutout(4)
            .build();
    TrainNetwork parameters =
        TrainNetwork.newBuilder()
            .addAllBlocks(List.of(1, 1, 1, 1))
            .setWidth(4)
            .setRecipe(recipe)
            .setSeed(seed)
            .build();
    return bench.stage(
        Action.newBuilder().setTrainNetwork(parameters),
        "train",
        dataset.resolve("train"),
        "test",
        dataset.resolve("test"));
  }

  private static Map<String, Path> representations(
      Bench bench, Path network, Path images, List<String> cuts) throws IOException {
    List<Bench.Run> runs = new ArrayList<>();
    for (String cut : cuts) {
      runs.add(representation(bench, network, images, cut, 0, ElementType.FLOAT32));
    }
    List<Path> outputs = bench.executeAll(new CollectRepresentationExecutor(), runs);
    Map<String, Path> byCut = new TreeMap<>();
    for (int i = 0; i < outputs.size(); i++) {
      byCut.put(cuts.get(i), outputs.get(i).resolve("representation"));
    }
    return byCut;
  }

  /** No network, but one representation on both splits. */
  public static Subject at(String cut, Path representation) {
    return new Subject(
        Path.of(""),
        Path.of(""),
        TrainingCurve.getDefaultInstance(),
        Map.of(cut, representation),
        Map.of(cut, representation));
  }

  /** The stage of one representation. */
  public static Bench.Run representation(
      Bench bench, Path network, Path images, String cut, int examples, ElementType dtype)
      throws IOException {
    CollectRepresentation parameters =
        CollectRepresentation.newBuilder()
            .setCut(cut)
            .setExamples(examples)
            .setDtype(dtype)
            .build();
    return bench.stage(
        Action.newBuilder().setCollectRepresentation(parameters),
        "network",
        network,
        "dataset",
        images);
  }

  /** The representation at {@code cut} of the train split. */
  public Path train(String cut) {
    return of(train, cut);
  }

  /** The representation at {@code cut} of the test split. */
  public Path test(String cut) {
    return of(test, cut);
  }

  private static Path of(Map<String, Path> byCut, String cut) {
    Path file = byCut.get(cut);
    if (file == null) {
      throw new IllegalArgumentException("no cut '" + cut + "'");
    }
    return file;
  }
}
