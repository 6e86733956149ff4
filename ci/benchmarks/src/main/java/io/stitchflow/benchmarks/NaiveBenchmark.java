package io.stitchflow.benchmarks;

import io.stitchflow.network.Architecture;
import io.stitchflow.network.ClassificationTask;
import io.stitchflow.network.CutPoint;
import io.stitchflow.network.LayeredNetwork;
import io.stitchflow.network.Network;
import io.stitchflow.stitch.CollectCrossMomentsExecutor;
import io.stitchflow.stitch.CollectGramExecutor;
import io.stitchflow.stitch.FitCopyStitchExecutor;
import io.stitchflow.stitch.FitVanillaStitchExecutor;
import io.stitchflow.stitch.SolveCopyStitchExecutor;
import io.stitchflow.stitch.Stitch;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.CollectCrossMoments;
import io.stitchflow.v1.CollectGram;
import io.stitchflow.v1.FitCopyStitch;
import io.stitchflow.v1.FitVanillaStitch;
import io.stitchflow.v1.Initialization;
import io.stitchflow.v1.SolveCopyStitch;
import io.stitchflow.v1.StitchRecipe;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

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
  private static final int WHOLE_SPLIT = 50_000;
  private static final Architecture ARCHITECTURE =
      Architecture.parse("ResNet(2,2,2,2)", 16, ClassificationTask.CIFAR10);
  private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final BenchStages stages;
  private final int examples;
  private final List<CutPoint> cuts;

  private NaiveBenchmark(BenchStages stages, int examples, List<CutPoint> cuts) {
    this.stages = stages;
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
    new NaiveBenchmark(
            new BenchStages(directory, ARCHITECTURE, cuts), Integer.parseInt(args[1]), cuts)
        .run(Path.of(args[0]), Integer.parseInt(args[2]));
  }

  private void run(Path cifar10, int epochs) throws IOException {
    Path dataset = stages.dataset(cifar10);
    Path sender = stages.network(dataset, 1, epochs);
    Path receiver = stages.network(dataset, 2, epochs);
    OUT.printf(
        Locale.ROOT,
        "%s width %d, CIFAR-10, %d examples, batch %d, %d x %d of %d x %d cells%n",
        ARCHITECTURE.name(),
        ARCHITECTURE.width(),
        examples,
        BATCH,
        cuts.size(),
        cuts.size(),
        ARCHITECTURE.cuts().size(),
        ARCHITECTURE.cuts().size());
    Measured<Map<String, Path>> sent =
        timed(() -> stages.represent(sender, dataset, "train", examples));
    Measured<Map<String, Path>> expected =
        timed(() -> stages.represent(receiver, dataset, "train", examples));
    Map<String, Path> test = stages.represent(sender, dataset, "test", 0);
    OUT.printf(
        Locale.ROOT,
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
        Locale.ROOT,
        "vanilla, %d epochs              ours s  naive s  ratio  test accuracy%n",
        VANILLA_EPOCHS);
    try (Lane lane = Lane.open();
        Network frozen = LayeredNetwork.load(lane, receiver);
        NaiveNetwork a = new NaiveNetwork(lane, ARCHITECTURE, sender);
        NaiveNetwork b = new NaiveNetwork(lane, ARCHITECTURE, receiver)) {
      NaiveCell.Images images = NaiveCell.Images.read(dataset.resolve("train"), examples);
      for (CutPoint to : cuts) {
        List<BenchStages.Run> column = vanillaColumn(sent, receiver, to, recipe);
        List<Path> starts =
            BenchStages.execute(
                new FitVanillaStitchExecutor(),
                vanillaColumn(sent, receiver, to, recipe.toBuilder().setEpochs(0).build()));
        Measured<List<Path>> fitted =
            timed(() -> BenchStages.execute(new FitVanillaStitchExecutor(), column));
        ours += fitted.seconds();
        for (int i = 0; i < cuts.size(); i++) {
          Stitch stitch = Stitch.between(cuts.get(i), to);
          NaiveCell cell = new NaiveCell(lane, a, b, stitch, images);
          Path start = starts.get(i).resolve("stitch");
          Measured<Path> script =
              timed(
                  () ->
                      cell.save(
                          cell.vanilla(start, recipe, VANILLA_EPOCHS),
                          stages.newDirectory().resolve("s")));
          naive += script.seconds();
          Path own = fitted.value().get(i).resolve("stitch");
          Path testFile = at(test, cuts.get(i).layer());
          OUT.printf(
              Locale.ROOT,
              "%-10s -> %-10s %14.2f %8.2f %6.2f  %.3f %.3f%n",
              cuts.get(i).layer(),
              to.layer(),
              fitted.seconds() / cuts.size(),
              script.seconds(),
              script.seconds() / (fitted.seconds() / cuts.size()),
              StitchQuality.accuracy(lane, frozen, stitch, own, testFile),
              StitchQuality.accuracy(lane, frozen, stitch, script.value(), testFile));
        }
      }
    }
    OUT.printf(
        Locale.ROOT,
        "vanilla, with all of the representations: ours %.1f s, naive %.1f s, ratio %.2f%n",
        ours,
        naive,
        naive / ours);
  }

  private List<BenchStages.Run> vanillaColumn(
      Map<String, Path> sent, Path receiver, CutPoint to, StitchRecipe recipe) throws IOException {
    List<BenchStages.Run> column = new ArrayList<>();
    for (CutPoint from : cuts) {
      FitVanillaStitch.Builder parameters =
          FitVanillaStitch.newBuilder()
              .setSenderCut(from.layer())
              .setReceiverCut(to.layer())
              .setFamily(family(from, to))
              .setObjective("task")
              .setRecipe(recipe)
              .setInitialization(Initialization.KAIMING)
              .setSeed(SEED);
      column.add(
          stages.stage(
              Action.newBuilder().setFitVanillaStitch(parameters),
              Map.of("sender", at(sent, from.layer()), "network", receiver)));
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
    exactly(sent, expected); // compiles what it runs through
    Exact exact = exactly(sent, expected);
    double naive = 0;
    OUT.printf(
        Locale.ROOT,
        "copy, least squares against SGD of %d epochs, one of them timed%n"
            + "                          naive s  train MSE: ours, naive%n",
        COPY_EPOCHS);
    try (Lane lane = Lane.open();
        NaiveNetwork a = new NaiveNetwork(lane, ARCHITECTURE, sender);
        NaiveNetwork b = new NaiveNetwork(lane, ARCHITECTURE, receiver)) {
      NaiveCell.Images images = NaiveCell.Images.read(dataset.resolve("train"), examples);
      for (CutPoint to : cuts) {
        for (CutPoint from : cuts) {
          Path x = at(sent, from.layer());
          Path y = at(expected, to.layer());
          Stitch stitch = Stitch.between(from, to);
          Path start = bySgd(x, y, from, to, recipe.toBuilder().setEpochs(0).build());
          NaiveCell cell = new NaiveCell(lane, a, b, stitch, images);
          double script =
              COPY_EPOCHS
                  * timed(
                          () ->
                              cell.save(
                                  cell.copy(start, recipe, 1), stages.newDirectory().resolve("s")))
                      .seconds();
          naive += script;
          Path own = at(exact.stitches(), from.layer() + " " + to.layer());
          OUT.printf(
              Locale.ROOT,
              "%-10s -> %-10s %9.1f  %.5f %.5f%n",
              from.layer(),
              to.layer(),
              script,
              StitchQuality.meanSquaredError(lane, stitch, own, x, y),
              StitchQuality.meanSquaredError(lane, stitch, bySgd(x, y, from, to, recipe), x, y));
        }
      }
    }
    double moments = exact.gramSeconds() + exact.crossSeconds();
    double ours = moments + exact.solveSeconds();
    OUT.printf(
        Locale.ROOT,
        "copy, ours: Gram matrices %.2f s, cross moments %.2f s, solving %.2f s%n",
        exact.gramSeconds(),
        exact.crossSeconds(),
        exact.solveSeconds());
    OUT.printf(
        Locale.ROOT, "copy: ours %.2f s, naive %.0f s, ratio %.0f%n", ours, naive, naive / ours);
    double scale = (double) WHOLE_SPLIT / examples;
    double whole = scale * moments + exact.solveSeconds();
    OUT.printf(
        Locale.ROOT,
        "extrapolated to %d examples (solving does not grow): ratio %.0f, with all of the representations %.0f%n",
        WHOLE_SPLIT,
        scale * naive / whole,
        scale * naive / (whole + scale * represented));
  }

  /**
   * Copy stitches by least squares, as the pipeline groups their stages.
   *
   * @param stitches files by the two cuts
   */
  private record Exact(
      Map<String, Path> stitches, double gramSeconds, double crossSeconds, double solveSeconds) {}

  private Exact exactly(Map<String, Path> sent, Map<String, Path> expected) throws IOException {
    Map<String, Path> grams = new HashMap<>();
    double gramSeconds = 0;
    for (CutPoint from : cuts) {
      List<List<Integer>> windows = cuts.stream().map(to -> window(from, to)).distinct().toList();
      List<BenchStages.Run> runs = new ArrayList<>();
      for (List<Integer> window : windows) {
        runs.add(
            stages.stage(
                Action.newBuilder().setCollectGram(CollectGram.newBuilder().addAllWindow(window)),
                Map.of("sender", at(sent, from.layer()))));
      }
      Measured<List<Path>> done = timed(() -> BenchStages.execute(new CollectGramExecutor(), runs));
      gramSeconds += done.seconds();
      for (int i = 0; i < windows.size(); i++) {
        grams.put(from.layer() + windows.get(i), done.value().get(i).resolve("moments"));
      }
    }
    Map<String, Path> stitches = new HashMap<>();
    double crossSeconds = 0;
    double solveSeconds = 0;
    for (CutPoint to : cuts) {
      List<BenchStages.Run> runs = new ArrayList<>();
      for (CutPoint from : cuts) {
        runs.add(
            stages.stage(
                Action.newBuilder()
                    .setCollectCrossMoments(
                        CollectCrossMoments.newBuilder().setFamily(family(from, to))),
                Map.of("sender", at(sent, from.layer()), "receiver", at(expected, to.layer()))));
      }
      Measured<List<Path>> cross =
          timed(() -> BenchStages.execute(new CollectCrossMomentsExecutor(), runs));
      crossSeconds += cross.seconds();
      for (int i = 0; i < cuts.size(); i++) {
        CutPoint from = cuts.get(i);
        Path gram = at(grams, from.layer() + window(from, to));
        Path moments = cross.value().get(i).resolve("moments");
        Measured<Path> solved = timed(() -> solve(gram, moments, from, to));
        solveSeconds += solved.seconds();
        stitches.put(from.layer() + " " + to.layer(), solved.value());
      }
    }
    return new Exact(stitches, gramSeconds, crossSeconds, solveSeconds);
  }

  private Path solve(Path gram, Path cross, CutPoint from, CutPoint to) throws IOException {
    SolveCopyStitch.Builder parameters =
        SolveCopyStitch.newBuilder()
            .setSenderCut(from.layer())
            .setReceiverCut(to.layer())
            .setFamily(family(from, to))
            .addAllSenderShape(from.shape())
            .addAllReceiverShape(to.shape())
            .setTolerance(1e-12);
    return BenchStages.execute(
            new SolveCopyStitchExecutor(),
            stages.stage(
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
            .setFamily(family(from, to))
            .setRecipe(recipe)
            .setSeed(SEED);
    return BenchStages.execute(
            new FitCopyStitchExecutor(),
            stages.stage(
                Action.newBuilder().setFitCopyStitch(parameters),
                Map.of("sender", x, "receiver", y)))
        .resolve("stitch");
  }

  private static List<Integer> window(CutPoint from, CutPoint to) {
    return Stitch.between(from, to).regression().window();
  }

  private static String family(CutPoint from, CutPoint to) {
    return Stitch.between(from, to).family().name();
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

  private static Path at(Map<String, Path> files, String name) {
    return Objects.requireNonNull(files.get(name), name);
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
}
