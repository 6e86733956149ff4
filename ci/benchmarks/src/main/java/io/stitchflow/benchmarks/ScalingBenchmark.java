package io.stitchflow.benchmarks;

import io.stitchflow.flink.FlinkCluster;
import io.stitchflow.memo.Memo;
import io.stitchflow.plan.PlanStatus;
import io.stitchflow.plan.Planner;
import io.stitchflow.run.InProcess;
import io.stitchflow.run.Worker;
import io.stitchflow.spec.ExperimentFile;
import io.stitchflow.spec.ValidExperiment;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.store.Store;
import io.stitchflow.torch.Toolchains;
import io.stitchflow.transforms.Cluster;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.Run;
import io.stitchflow.v1.Stage;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * How vanilla stitches scale on a Flink session cluster: the same columns with one and with two
 * TaskManagers of one slot each; and how long a submission takes that finds everything cached.
 *
 * <p>Every column is one stitch, from the same sender to the same receiver. Columns differ in the
 * seed alone, so all are the same work. What they depend on is computed before, in this process,
 * and each round works on a copy of that store. A round has a new cluster, which runs a few columns
 * before, so that starting libtorch is not measured. What a job brings along is loaded again for
 * every job, as always with Flink, and that is measured.
 *
 * <p>Before each pair of rounds it runs a quarter of the columns in this process, on one thread and
 * on two: more than these gain no cluster on this machine can.
 *
 * <p>Wall time is exact to 0.2 s, the period in which a client looks for news.
 */
public final class ScalingBenchmark {
  private static final double LEAST_SPEED_UP = 1.8;
  private static final double MOST_OVERHEAD_MILLIS = 50;
  private static final double MOST_CACHED_SECONDS = 1;

  private static final int WARM_UP_COLUMNS = 4;
  private static final int CACHED_SUBMISSIONS = 2;
  private static final String LAUNCHER = "runners/stitchflow";

  private static final String EXPERIMENT =
      """
      name: "scaling"
      dataset { synthetic { train_examples: 128 test_examples: 64 } }
      network { name: "a" architecture: "ResNet(1,1,1,1)" width: 16 seed: 1 recipe { epochs: 1 } }
      network { name: "b" architecture: "ResNet(1,1,1,1)" width: 16 seed: 2 recipe { epochs: 1 } }
      pair { sender: "a" receiver: "b" }
      condition: TRAINED_TRAINED
      cut: "layer2.0"
      vanilla { recipe { epochs: %d batch_size: 64 } }
      seed: [%s]
      """;

  private final Path directory;
  private final PrintStream out;
  private final Child child;

  private ScalingBenchmark(Path directory, PrintStream out) {
    this.directory = directory;
    this.out = out;
    this.child = new Child(directory.resolve("log"));
  }

  /** Arguments: rounds of each cluster, columns, epochs of each; by default 1 64 60. */
  public static void main(String[] args) throws Exception {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 1;
    int columns = args.length > 1 ? Integer.parseInt(args[1]) : 64;
    int epochs = args.length > 2 ? Integer.parseInt(args[2]) : 60;
    new ScalingBenchmark(
            Files.createTempDirectory("scaling-benchmark"),
            new PrintStream(System.out, true, StandardCharsets.UTF_8))
        .measure(rounds, columns, epochs);
  }

  private void measure(int rounds, int columns, int epochs) throws Exception {
    out.printf(
        Locale.ROOT,
        "%d columns of %d epochs, load average %.2f, logs in %s%n",
        columns,
        epochs,
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
        directory);
    child.run(LAUNCHER, "run", "--runner", "flink", "--help"); // its first start builds
    Path file = write("scaling.textproto", columns, epochs);
    ValidExperiment many = ExperimentFile.read(file, List.of());
    ValidExperiment few = read("few.textproto", WARM_UP_COLUMNS, epochs);
    prepare(plan(many));
    BareLanes.seconds(plan(few), Store.open(copy("bare-warm-up")), 2);
    out.println("slots  wall s  computed s  overhead ms  submit to end s  columns");
    List<ScalingRound> ofOne = new ArrayList<>();
    List<ScalingRound> ofTwo = new ArrayList<>();
    for (int i = 0; i < rounds; i++) {
      Plan quarter = plan(read("quarter.textproto", Math.max(2, columns / 4), epochs));
      double one = BareLanes.seconds(quarter, Store.open(copy("bare-one-" + i)), 1);
      double two = BareLanes.seconds(quarter, Store.open(copy("bare-two-" + i)), 2);
      out.printf(
          Locale.ROOT, "without Flink two threads are %.2f times as fast as one%n", one / two);
      ofOne.add(print(round("one-" + i, 1, few, many)));
      ofTwo.add(print(round("two-" + i, 2, few, many)));
    }
    compare(ofOne, ofTwo);
    submitCached(file, directory.resolve("store-two-" + (rounds - 1)));
  }

  /** Writes the experiment with so many seeds, each of which is a column. */
  private Path write(String name, int columns, int epochs) throws IOException {
    String seeds =
        IntStream.rangeClosed(1, columns)
            .mapToObj(String::valueOf)
            .collect(Collectors.joining(", "));
    return Files.writeString(
        directory.resolve(name),
        EXPERIMENT.replace("%d", String.valueOf(epochs)).replace("%s", seeds));
  }

  private ValidExperiment read(String name, int columns, int epochs) throws Exception {
    return ExperimentFile.read(write(name, columns, epochs), List.of());
  }

  private static Plan plan(ValidExperiment valid) throws IOException {
    return Planner.plan(valid.experiment(), valid.base(), Toolchains.cpu());
  }

  private Path prepared() {
    return directory.resolve("prepared");
  }

  /** Computes all that vanilla stitches depend on. */
  private void prepare(Plan plan) throws IOException, InterruptedException {
    List<Stage> before =
        plan.getStageList().stream()
            .filter(
                stage ->
                    StageDefinition.all().indexOf(StageDefinition.of(stage))
                        < StageDefinition.all().indexOf(ScalingRound.VANILLA))
            .toList();
    Plan start = Plan.newBuilder().addAllStage(before).build();
    Worker worker = new Worker(Store.open(prepared()), 1);
    InProcess.run(start, PlanStatus.of(start, worker.memo()), worker, new ScalingRound.Observer());
  }

  /** A cluster's whole life, as each of its processes takes some of the cores while it idles. */
  private ScalingRound round(
      String name, int taskManagers, ValidExperiment few, ValidExperiment many)
      throws IOException, InterruptedException {
    try (LocalCluster cluster = LocalCluster.up(directory.resolve(name), taskManagers, child)) {
      run(few, copy("warm-up-" + name), cluster);
      return run(many, copy("store-" + name), cluster);
    }
  }

  private static ScalingRound run(ValidExperiment valid, Path directory, LocalCluster cluster)
      throws IOException, InterruptedException {
    Store store = Store.open(directory);
    Plan plan = plan(valid);
    PlanStatus survey = PlanStatus.of(plan, new Memo(store));
    Run run =
        Run.newBuilder()
            .setExperiment(valid.experiment())
            .setPlan(plan)
            .setMaster(cluster.master())
            .setSlots(cluster.slots())
            .build();
    ScalingRound.Observer observer = new ScalingRound.Observer();
    try (Cluster.Job job = new FlinkCluster().submit(run, survey, store)) {
      Cluster.End end = job.await(observer);
      if (!end.failure().isEmpty()) {
        throw new IOException("the job did not run to its end: " + end.failure());
      }
    }
    return observer.round(cluster.slots());
  }

  private ScalingRound print(ScalingRound round) {
    out.printf(
        Locale.ROOT,
        "%5d %7.2f %11.2f %12.1f %16.2f  %s%n",
        round.slots(),
        round.wallSeconds(),
        round.computedSeconds(),
        round.overheadMillis(),
        round.submitSeconds(),
        new TreeMap<>(round.columns()));
    return round;
  }

  private void compare(List<ScalingRound> ofOne, List<ScalingRound> ofTwo) {
    out.printf(
        Locale.ROOT,
        "speed-up %.2f (at least %.1f is wanted), overhead %.1f and %.1f ms a column (below %.0f)%n",
        median(ofOne, ScalingRound::wallSeconds) / median(ofTwo, ScalingRound::wallSeconds),
        LEAST_SPEED_UP,
        median(ofOne, ScalingRound::overheadMillis),
        median(ofTwo, ScalingRound::overheadMillis),
        MOST_OVERHEAD_MILLIS);
  }

  private static double median(List<ScalingRound> rounds, ToDoubleFunction<ScalingRound> quantity) {
    double[] sorted = rounds.stream().mapToDouble(quantity).sorted().toArray();
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }

  /**
   * Submits again what a round computed, as a user would. The cluster has gone, and nobody asks it.
   */
  private void submitCached(Path file, Path store) throws IOException, InterruptedException {
    String[] command = {
      LAUNCHER,
      "run",
      file.toString(),
      "--runner",
      "flink",
      "--flink-master",
      "localhost:1",
      "--store",
      store.toString(),
      "--force",
      "--out",
      directory.resolve("out").toString()
    };
    child.run(command);
    for (int i = 0; i < CACHED_SUBMISSIONS; i++) {
      out.printf(
          Locale.ROOT,
          "all cached: %.2f s from start to end (at most %.0f is wanted)%n",
          child.run(command),
          MOST_CACHED_SECONDS);
    }
  }

  /** A store that holds what is prepared. */
  private Path copy(String name) throws IOException {
    Path to = directory.resolve(name);
    try (Stream<Path> paths = Files.walk(prepared())) {
      for (Path path : paths.toList()) {
        Files.copy(path, to.resolve(prepared().relativize(path)));
      }
    }
    return to;
  }
}
