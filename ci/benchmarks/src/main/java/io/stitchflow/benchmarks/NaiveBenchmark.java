package io.stitchflow.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.artifacts.Digest;
import io.stitchflow.artifacts.StageExecutor;
import io.stitchflow.artifacts.StageRun;
import io.stitchflow.artifacts.tensor.TensorFile;
import io.stitchflow.dataset.ImportDatasetExecutor;
import io.stitchflow.network.Architecture;
import io.stitchflow.network.CutPoint;
import io.stitchflow.network.Network;
import io.stitchflow.network.TrainNetworkExecutor;
import io.stitchflow.representation.CollectRepresentationExecutor;
import io.stitchflow.stitch.CollectCrossMomentsExecutor;
import io.stitchflow.stitch.CollectGramExecutor;
import io.stitchflow.stitch.FitCopyStitchExecutor;
import io.stitchflow.stitch.FitVanillaStitchExecutor;
import io.stitchflow.stitch.FittedStitch;
import io.stitchflow.stitch.SolveCopyStitchExecutor;
import io.stitchflow.stitch.Stitch;
import io.stitchflow.torch.Functional;
import io.stitchflow.torch.Lane;
import io.stitchflow.torch.Values;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.Cifar10Files;
import io.stitchflow.v1.CollectCrossMoments;
import io.stitchflow.v1.CollectGram;
import io.stitchflow.v1.CollectRepresentation;
import io.stitchflow.v1.ElementType;
import io.stitchflow.v1.FitCopyStitch;
import io.stitchflow.v1.FitVanillaStitch;
import io.stitchflow.v1.ImportDataset;
import io.stitchflow.v1.Initialization;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.SolveCopyStitch;
import io.stitchflow.v1.StitchRecipe;
import io.stitchflow.v1.TrainNetwork;
import io.stitchflow.v1.TrainingRecipe;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the same cells cost by our stages and by a training script that takes every batch of every
 * stitch through prefix and suffix, forward and backward: seconds of one thread's processor time,
 * and how good the stitches are.
 *
 * <p>Copying by SGD is timed over an epoch and taken times its epochs; its stitch is that of our
 * own stage, which makes the same steps.
 */
public final class NaiveBenchmark {
  static final long SEED = 1;
  private static final int BATCH = 64;
  private static final int VANILLA_EPOCHS = 4;
  private static final int COPY_EPOCHS = 30;
  private static final Architecture ARCHITECTURE = Architecture.parse("ResNet(2,2,2,2)", 16);
  private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final Path directory;
  private final int examples;
  private final List<CutPoint> cuts;
  private int stages;

  private NaiveBenchmark(Path directory, int examples, List<CutPoint> cuts) {
    this.directory = directory;
    this.examples = examples;
    this.cuts = cuts;
  }

  /**
   * Arguments: CIFAR-10's directory, train examples that stitches learn from, epochs of the
   * networks, cuts of the sender and the receiver.
   */
  public static void main(String[] args) throws IOException {
    List<CutPoint> cuts = new ArrayList<>();
    for (int i = 3; i < args.length; i++) {
      cuts.add(ARCHITECTURE.cut(args[i]));
    }
    Path directory = Files.createTempDirectory("naive-benchmark");
    new NaiveBenchmark(directory, Integer.parseInt(args[1]), cuts)
        .run(Path.of(args[0]), Integer.parseInt(args[2]));
  }

  private void run(Path cifar10, int epochs) throws IOException {
    Path dataset = dataset(cifar10);
    Path sender = network(dataset, 1, epochs);
    Path receiver = network(dataset, 2, epochs);
    OUT.printf(
        "%s width %d, CIFAR-10, %d examples, batch %d, %d x %d of %d x %d cells%n",
        ARCHITECTURE.name(),
        ARCHITECTURE.width(),
        examples,
        BATCH,
        cuts.size(),
        cuts.size(),
        ARCHITECTURE.cuts().size(),
        ARCHITECTURE.cuts().size());
    Measured<Map<String, Path>> sent = timed(() -> represent(sender, dataset, "train", examples));
    Measured<Map<String, Path>> expected =
        timed(() -> represent(receiver, dataset, "train", examples));
    Map<String, Path> test = represent(sender, dataset, "test", 0);
    OUT.printf(
        "representations of both networks at these cuts, once for all cells: %.1f s%n",
        sent.seconds() + expected.seconds());
    double represented = sent.seconds() + expected.seconds();
    vanilla(dataset, sender, receiver, sent.value(), test, represented);
    copy(dataset, sender, receiver, sent.value(), expected.value(), represented);
  }

  private void vanilla(
      Path dataset,
      Path sender,
      Path receiver,
      Map<String, Path> sent,
      Map<String, Path> test,
      double represented)
      throws IOException {
    StitchRecipe recipe = recipe(VANILLA_EPOCHS);
    double ours = represented;
    double naive = 0;
    OUT.printf(
        "vanilla, %d epochs              ours s  naive s  ratio  test accuracy%n", VANILLA_EPOCHS);
    try (Lane lane = Lane.open();
        Network frozen = Network.load(lane, receiver);
        NaiveNetwork a = new NaiveNetwork(lane, ARCHITECTURE, sender);
        NaiveNetwork b = new NaiveNetwork(lane, ARCHITECTURE, receiver)) {
      NaiveCell.Images images = NaiveCell.Images.read(dataset.resolve("train"), examples);
      for (CutPoint to : cuts) {
        List<Run> column = vanillaColumn(sent, receiver, to, recipe);
        List<Path> starts =
            execute(
                new FitVanillaStitchExecutor(),
                vanillaColumn(sent, receiver, to, recipe.toBuilder().setEpochs(0).build()));
        Measured<List<Path>> fitted = timed(() -> execute(new FitVanillaStitchExecutor(), column));
        ours += fitted.seconds();
        for (int i = 0; i < cuts.size(); i++) {
          Stitch stitch = Stitch.between(cuts.get(i), to);
          NaiveCell cell = new NaiveCell(lane, a, b, stitch, images);
          Path start = starts.get(i).resolve("stitch");
          Measured<Path> script =
              timed(
                  () ->
                      NaiveCell.save(
                          cell.vanilla(start, recipe, VANILLA_EPOCHS),
                          newDirectory().resolve("s")));
          naive += script.seconds();
          Path own = fitted.value().get(i).resolve("stitch");
          Path testFile = test.get(cuts.get(i).layer());
          OUT.printf(
              "%-10s -> %-10s %14.2f %8.2f %6.2f  %.3f %.3f%n",
              cuts.get(i).layer(),
              to.layer(),
              fitted.seconds() / cuts.size(),
              script.seconds(),
              script.seconds() / (fitted.seconds() / cuts.size()),
              accuracy(lane, frozen, stitch, own, testFile),
              accuracy(lane, frozen, stitch, script.value(), testFile));
        }
      }
    }
    OUT.printf(
        "vanilla, with all of the representations: ours %.1f s, naive %.1f s, ratio %.2f%n",
        ours, naive, naive / ours);
  }

  private List<Run> vanillaColumn(
      Map<String, Path> sent, Path receiver, CutPoint to, StitchRecipe recipe) throws IOException {
    List<Run> column = new ArrayList<>();
    for (CutPoint from : cuts) {
      FitVanillaStitch.Builder parameters =
          FitVanillaStitch.newBuilder()
              .setSenderCut(from.layer())
              .setReceiverCut(to.layer())
              .setRecipe(recipe)
              .setInitialization(Initialization.KAIMING)
              .setSeed(SEED);
      column.add(
          stage(
              Action.newBuilder().setFitVanillaStitch(parameters),
              Map.of("sender", sent.get(from.layer()), "network", receiver)));
    }
    return column;
  }

  private void copy(
      Path dataset,
      Path sender,
      Path receiver,
      Map<String, Path> sent,
      Map<String, Path> expected,
      double represented)
      throws IOException {
    StitchRecipe recipe = recipe(COPY_EPOCHS);
    double ours = represented;
    double naive = 0;
    OUT.printf(
        "copy, least squares against SGD of %d epochs, one of them timed%n"
            + "                               ours s  naive s   ratio  train MSE%n",
        COPY_EPOCHS);
    Map<String, Path> grams = new HashMap<>();
    for (CutPoint from : cuts) {
      for (CutPoint to : cuts) {
        int patch = patch(from, to);
        if (!grams.containsKey(from.layer() + patch)) {
          Measured<Path> gram = timed(() -> gram(sent.get(from.layer()), patch));
          ours += gram.seconds();
          grams.put(from.layer() + patch, gram.value());
        }
      }
    }
    OUT.printf("Gram matrices, once for all receivers: %.2f s%n", ours - represented);
    try (Lane lane = Lane.open();
        NaiveNetwork a = new NaiveNetwork(lane, ARCHITECTURE, sender);
        NaiveNetwork b = new NaiveNetwork(lane, ARCHITECTURE, receiver)) {
      NaiveCell.Images images = NaiveCell.Images.read(dataset.resolve("train"), examples);
      for (CutPoint to : cuts) {
        for (CutPoint from : cuts) {
          Path x = sent.get(from.layer());
          Path y = expected.get(to.layer());
          Stitch stitch = Stitch.between(from, to);
          Path gram = grams.get(from.layer() + patch(from, to));
          Measured<Path> exact = timed(() -> solve(x, y, gram, from, to));
          ours += exact.seconds();
          Path start = bySgd(x, y, from, to, recipe.toBuilder().setEpochs(0).build());
          NaiveCell cell = new NaiveCell(lane, a, b, stitch, images);
          double script =
              COPY_EPOCHS
                  * timed(
                          () ->
                              NaiveCell.save(
                                  cell.copy(start, recipe, 1), newDirectory().resolve("s")))
                      .seconds();
          naive += script;
          OUT.printf(
              "%-10s -> %-10s %14.3f %8.1f %7.0f  %.5f %.5f%n",
              from.layer(),
              to.layer(),
              exact.seconds(),
              script,
              script / exact.seconds(),
              meanSquaredError(lane, stitch, exact.value(), x, y),
              meanSquaredError(lane, stitch, bySgd(x, y, from, to, recipe), x, y));
        }
      }
    }
    OUT.printf(
        "copy: ours %.2f s, with all of the representations %.1f s; naive %.0f s; ratios %.0f, %.0f%n",
        ours - represented, ours, naive, naive / (ours - represented), naive / ours);
  }

  private Path gram(Path sent, int patch) throws IOException {
    Action.Builder action =
        Action.newBuilder().setCollectGram(CollectGram.newBuilder().setPatch(patch));
    return execute(new CollectGramExecutor(), stage(action, Map.of("sender", sent)))
        .resolve("moments");
  }

  private Path solve(Path x, Path y, Path gram, CutPoint from, CutPoint to) throws IOException {
    Path cross =
        execute(
                new CollectCrossMomentsExecutor(),
                stage(
                    Action.newBuilder()
                        .setCollectCrossMoments(CollectCrossMoments.getDefaultInstance()),
                    Map.of("sender", x, "receiver", y)))
            .resolve("moments");
    SolveCopyStitch.Builder parameters =
        SolveCopyStitch.newBuilder()
            .setSenderCut(from.layer())
            .setReceiverCut(to.layer())
            .addAllSenderShape(from.shape())
            .addAllReceiverShape(to.shape())
            .setTolerance(1e-12);
    return execute(
            new SolveCopyStitchExecutor(),
            stage(
                Action.newBuilder().setSolveCopyStitch(parameters),
                Map.of("gram", gram, "cross", cross)))
        .resolve("stitch");
  }

  private Path bySgd(Path x, Path y, CutPoint from, CutPoint to, StitchRecipe recipe)
      throws IOException {
    FitCopyStitch.Builder parameters =
        FitCopyStitch.newBuilder()
            .setSenderCut(from.layer())
            .setReceiverCut(to.layer())
            .setRecipe(recipe)
            .setSeed(SEED);
    return execute(
            new FitCopyStitchExecutor(),
            stage(
                Action.newBuilder().setFitCopyStitch(parameters),
                Map.of("sender", x, "receiver", y)))
        .resolve("stitch");
  }

  private static int patch(CutPoint from, CutPoint to) {
    return Math.max(1, from.shape().get(1) / to.shape().get(1));
  }

  private static StitchRecipe recipe(int epochs) {
    return StitchRecipe.newBuilder()
        .setEpochs(epochs)
        .setBatchSize(BATCH)
        .setLearningRate(0.01)
        .setMomentum(0.9)
        .setWeightDecay(0)
        .build();
  }

  private Path dataset(Path cifar10) throws IOException {
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

  private Path network(Path dataset, long seed, int epochs) throws IOException {
    TrainingRecipe recipe =
        TrainingRecipe.newBuilder()
            .setEpochs(epochs)
            .setBatchSize(BATCH)
            .setLearningRate(0.05)
            .setMomentum(0.9)
            .setWeightDecay(5e-4)
            .setWarmup(0.1)
            .setFlip(true)
            .setTranslate(2)
            .setCutout(4)
            .build();
    Action.Builder action =
        Action.newBuilder()
            .setTrainNetwork(
                TrainNetwork.newBuilder()
                    .addAllBlocks(ARCHITECTURE.blocks())
                    .setWidth(ARCHITECTURE.width())
                    .setRecipe(recipe)
                    .setSeed(seed));
    Map<String, Path> splits =
        Map.of("train", dataset.resolve("train"), "test", dataset.resolve("test"));
    return execute(new TrainNetworkExecutor(), stage(action, splits)).resolve("network");
  }

  /** Files by cut, from one forward pass. */
  private Map<String, Path> represent(Path network, Path dataset, String split, int rows)
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

  private static double accuracy(
      Lane lane, Network receiver, Stitch stitch, Path weights, Path sent) throws IOException {
    int[] right = {0};
    try (FittedStitch fitted = FittedStitch.load(lane, stitch, weights);
        TensorFile x = TensorFile.open(sent)) {
      inBatches(
          lane,
          x,
          (from, batch) -> {
            NDArray logits = receiver.suffix(fitted.apply(batch), stitch.to());
            long[] classes = logits.argMax(1).toLongArray();
            for (int i = 0; i < classes.length; i++) {
              right[0] += classes[i] == x.label(from + i) ? 1 : 0;
            }
          });
      return (double) right[0] / x.rows();
    }
  }

  private static double meanSquaredError(
      Lane lane, Stitch stitch, Path weights, Path sent, Path expected) throws IOException {
    double[] sum = {0};
    try (FittedStitch fitted = FittedStitch.load(lane, stitch, weights);
        TensorFile x = TensorFile.open(sent);
        TensorFile y = TensorFile.open(expected)) {
      inBatches(
          lane,
          x,
          (from, batch) -> {
            int count = (int) batch.getShape().get(0);
            NDArray wanted = read(lane, y, from, count);
            sum[0] +=
                count * Values.number(Functional.meanSquaredError(fitted.apply(batch), wanted));
          });
      return sum[0] / x.rows();
    }
  }

  @FunctionalInterface
  private interface Batches {
    void next(int from, NDArray batch);
  }

  private static void inBatches(Lane lane, TensorFile file, Batches work) {
    for (int from = 0; from < file.rows(); from += BATCH) {
      int first = from;
      int count = Math.min(BATCH, file.rows() - from);
      Lane.scoped(() -> work.next(first, read(lane, file, first, count)));
    }
  }

  private static NDArray read(Lane lane, TensorFile file, int from, int count) {
    ByteBuffer rows = Lane.allocate(count * file.elementsPerRow() * Float.BYTES);
    file.readFloats(from, count, rows);
    List<Integer> shape = file.shape();
    return lane.create(rows, new Shape(count, shape.get(0), shape.get(1), shape.get(2)));
  }

  @FunctionalInterface
  private interface Work<T> {
    T run() throws IOException;
  }

  /** What work gave, and this thread's processor time that it took. */
  private record Measured<T>(T value, double seconds) {}

  private static <T> Measured<T> timed(Work<T> work) throws IOException {
    long start = THREADS.getCurrentThreadCpuTime();
    T value = work.run();
    return new Measured<>(value, (THREADS.getCurrentThreadCpuTime() - start) / 1e9);
  }

  private static Path execute(StageExecutor executor, Run run) throws IOException {
    return execute(executor, List.of(run)).get(0);
  }

  private static List<Path> execute(StageExecutor executor, List<Run> runs) throws IOException {
    executor.execute(List.copyOf(runs), share -> {});
    return runs.stream().map(Run::outputs).toList();
  }

  private Run stage(Action.Builder parameters, Map<String, Path> inputs) throws IOException {
    Action.Builder action = parameters.clone();
    for (Map.Entry<String, Path> input : inputs.entrySet()) {
      action.addInput(
          Input.newBuilder()
              .setRole(input.getKey())
              .setDigest(Digest.of(input.getValue()).bytes()));
    }
    return new Run(action.build(), inputs, newDirectory());
  }

  private Path newDirectory() throws IOException {
    return Files.createDirectory(directory.resolve("stage" + stages++));
  }

  private record Run(Action action, Map<String, Path> inputs, Path outputs) implements StageRun {
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
