package io.stitchflow.benchmarks.cluster;

import io.stitchflow.benchmarks.BareLanes;
import io.stitchflow.benchmarks.Bench;
import io.stitchflow.benchmarks.Benchmark;
import io.stitchflow.benchmarks.Goal;
import io.stitchflow.benchmarks.PreparedExperiment;
import io.stitchflow.benchmarks.Program;
import io.stitchflow.benchmarks.Settings;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How near to the ideal two TaskManagers of a Flink session cluster with one slot each come, and
 * two of which one runs half of the time, with columns of vanilla stitches.
 *
 * <p>Every column is one stitch, from the same sender to the same receiver. Columns differ in the
 * seed alone, so all are the same work. What they depend on is computed before, in this process,
 * and each round works on a copy of that store. A round has a new cluster, which runs a few columns
 * before, so that starting libtorch is not measured. What a job brings along is loaded again for
 * every job, as always with Flink, and that is measured.
 *
 * <p>The ideal is what two threads of this process take without Flink in the same round, since two
 * cores of one machine slow each other; with one at half speed 4/3 of it. The last lines are the
 * time of a slot that was not spent in stages, for each column, and the submission of an experiment
 * of which everything is cached. Wall time is exact to 0.2 s, the period in which a client looks
 * for news.
 */
public final class FlinkBenchmark implements Benchmark {
  private static final int COLUMNS = 48;
  private static final int EPOCHS = 25;
  private static final int WARM_UP_COLUMNS = 4;
  private static final int MOST_ROUNDS = 8;
  private static final double OF_IDEAL = 0.93;

  private static final String EXPERIMENT =
      """
      name: "scaling"
      dataset { synthetic { train_examples: 128 test_examples: 64 } }
      network { name: "a" architecture: "ResNet(1,1,1,1)" width: 16 seed: 1 recipe { epochs: 1 } }
      network { name: "b" architecture: "ResNet(1,1,1,1)" width: 16 seed: 2 recipe { epochs: 1 } }
      pair { sender: "a" receiver: "b" }
      condition: TRAINED_TRAINED
      cut: "layer2.0"
      metric: "accuracy"
      vanilla { recipe { epochs: %d batch_size: 64 } }
      seed: [%s]
      """;

  @Override
  public String name() {
    return "flink";
  }

  @Override
  public List<String> workloads(Settings settings) {
    return List.of(
        "2 TaskManagers",
        "2 TaskManagers, one at half speed",
        "2 threads without Flink",
        "1 TaskManager",
        "overhead of a column on 2 TaskManagers",
        "all cached, submitted");
  }

  @Override
  public void measure(Bench bench) throws Exception {
    Settings settings = bench.settings();
    // Its first start builds the jars that go to the cluster
    Program.run(settings.root(), settings.launcher(), "run", "--runner", "flink", "--help");
    try (Rounds rounds = new Rounds(bench)) {
      rounds.prepare();
      if (!settings.smoke()) {
        rounds.withoutFlink(2); // compiles code that workers compile with their first columns
      }
      measure(bench, rounds);
    }
  }

  private void measure(Bench bench, Rounds rounds) throws Exception {
    List<String> workloads = workloads(bench.settings());
    String unit = "s per " + rounds.columns + " columns";
    String twoThreads = "2 threads without Flink";
    List<Double> slowed = new ArrayList<>();
    List<Double> slowedIdeals = new ArrayList<>();
    List<Double> ones = new ArrayList<>();
    List<Double> bareTwos = new ArrayList<>();
    List<Double> bareOnes = new ArrayList<>();
    List<Double> overheads = new ArrayList<>();
    bench.compareWarm(
        workloads.get(0),
        twoThreads,
        unit,
        Goal.atLeast(OF_IDEAL),
        MOST_ROUNDS,
        () -> {
          ones.add(rounds.onCluster(1, false).wallSeconds());
          slowed.add(rounds.onCluster(2, true).wallSeconds());
          ScalingRound round = rounds.onCluster(2, false);
          overheads.add(round.overheadMillis());
          return round.wallSeconds();
        },
        () -> {
          bareOnes.add(rounds.withoutFlink(1));
          double seconds = rounds.withoutFlink(2);
          bareTwos.add(seconds);
          slowedIdeals.add(seconds * 2 / 1.5);
          return seconds;
        });
    bench.add(
        workloads.get(1),
        "4/3 of the time of " + twoThreads,
        unit,
        Goal.atLeast(OF_IDEAL),
        slowed,
        slowedIdeals);
    bench.add(workloads.get(2), "1 thread", unit, Goal.statedSpeedUp(), bareTwos, bareOnes);
    bench.add(workloads.get(3), "1 thread", unit, Goal.statedSpeedUp(), ones, bareOnes);
    List<Double> unity = overheads.stream().map(each -> 1.).toList();
    bench.add(workloads.get(4), "1 ms", "ms", Goal.atMost(50), overheads, unity);
    bench.compareWarm(
        workloads.get(5), "1 s", "s", Goal.atMost(1), MOST_ROUNDS, rounds::submitCached, () -> 1);
  }

  /** Runs the columns, each time in a copy of the prepared store. */
  private static final class Rounds implements AutoCloseable {
    private final Bench bench;
    private final int columns;
    private final int epochs;
    private final Path directory;
    private final ValidExperiment many;
    private final ValidExperiment few;
    private Path last = Path.of("");
    private @Nullable LocalCluster shared;
    private int rounds;

    Rounds(Bench bench) throws Exception {
      this.bench = bench;
      columns = bench.settings().choose(COLUMNS, 2);
      epochs = bench.settings().choose(EPOCHS, 1);
      directory = bench.directory("flink");
      many = read("many.textproto", columns);
      few = read("few.textproto", WARM_UP_COLUMNS);
    }

    /** An experiment with so many seeds, each of which is a column. */
    private ValidExperiment read(String name, int seeds) throws Exception {
      String list =
          IntStream.rangeClosed(1, seeds)
              .mapToObj(String::valueOf)
              .collect(Collectors.joining(", "));
      String text = EXPERIMENT.replace("%d", String.valueOf(epochs)).replace("%s", list);
      return ExperimentFile.read(Files.writeString(directory.resolve(name), text), List.of());
    }

    private static Plan plan(ValidExperiment valid) throws IOException {
      return Planner.plan(valid.experiment(), valid.base(), Toolchains.cpu());
    }

    /** Computes all that vanilla stitches depend on. */
    void prepare() throws IOException, InterruptedException {
      List<StageDefinition> kinds = StageDefinition.all();
      Plan.Builder before = Plan.newBuilder();
      for (Stage stage : plan(many).getStageList()) {
        if (kinds.indexOf(StageDefinition.of(stage)) < kinds.indexOf(ScalingRound.VANILLA)) {
          before.addStage(stage);
        }
      }
      Worker worker = new Worker(Store.open(directory.resolve("prepared")), 1);
      InProcess.run(
          before.build(),
          PlanStatus.of(before.build(), worker.memo()),
          worker,
          new PreparedExperiment.Strict());
    }

    private Path copy() throws IOException, InterruptedException {
      Path to = directory.resolve("store-" + rounds++);
      Program.run(directory, "cp", "-r", directory.resolve("prepared").toString(), to.toString());
      return to;
    }

    double withoutFlink(int threads) throws Exception {
      Worker worker = new Worker(Store.open(copy()), threads);
      return BareLanes.run(plan(many), worker, Set.of(ScalingRound.VANILLA.name()), threads);
    }

    /**
     * A cluster's whole life, as each of its processes takes some of the cores while it idles. All
     * rounds of a smoke run are on one cluster.
     */
    ScalingRound onCluster(int taskManagers, boolean slowed)
        throws IOException, InterruptedException {
      if (bench.settings().smoke()) {
        shared = shared == null ? up(2) : shared;
        return onCluster(shared, slowed);
      }
      try (LocalCluster cluster = up(taskManagers)) {
        run(few, copy(), cluster);
        return onCluster(cluster, slowed);
      }
    }

    private LocalCluster up(int taskManagers) throws IOException, InterruptedException {
      Path files = directory.resolve("cluster-" + rounds++);
      return LocalCluster.up(bench.settings().root(), files, taskManagers);
    }

    private ScalingRound onCluster(LocalCluster cluster, boolean slowed)
        throws IOException, InterruptedException {
      @Nullable HalfSpeed half = slowed ? HalfSpeed.of(cluster.process(cluster.slots())) : null;
      try {
        last = copy();
        return run(many, last, cluster);
      } finally {
        if (half != null) {
          half.close();
        }
      }
    }

    @Override
    public void close() {
      if (shared != null) {
        shared.close();
      }
    }

    private static ScalingRound run(ValidExperiment valid, Path directory, LocalCluster cluster)
        throws IOException, InterruptedException {
      Store store = Store.open(directory);
      Plan plan = plan(valid);
      PlanStatus status = PlanStatus.of(plan, new Memo(store));
      Run run =
          Run.newBuilder()
              .setExperiment(valid.experiment())
              .setPlan(plan)
              .setMaster(cluster.master())
              .setSlots(cluster.slots())
              .build();
      ScalingRound.Observer observer = new ScalingRound.Observer();
      try (Cluster.Job job = new FlinkCluster().submit(run, status, store)) {
        Cluster.End end = job.await(observer);
        if (!end.failure().isEmpty()) {
          throw new IOException("the job did not run to its end: " + end.failure());
        }
      }
      return observer.round(cluster.slots());
    }

    /** Submits what the last round computed, as a user would. The cluster has stopped. */
    double submitCached() throws IOException, InterruptedException {
      return Program.run(
              directory,
              bench.settings().launcher(),
              "run",
              directory.resolve("many.textproto").toString(),
              "--runner",
              "flink",
              "--flink-master",
              "localhost:1",
              "--store",
              last.toString(),
              "--force",
              "--out",
              directory.resolve("out").toString())
          .wallSeconds();
    }
  }

  /** Stops a process for every second tenth of a second. */
  private record HalfSpeed(Process script) {
    private static final String SCRIPT =
        "trap 'kill -CONT $0; exit' TERM; "
            + "while kill -STOP $0; do sleep 0.1; kill -CONT $0; sleep 0.1; done";

    static HalfSpeed of(long process) throws IOException {
      return new HalfSpeed(
          new ProcessBuilder("bash", "-c", SCRIPT, String.valueOf(process)).start());
    }

    void close() throws InterruptedException {
      script.destroy();
      script.waitFor();
    }
  }
}
