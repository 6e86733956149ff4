package io.stitchflow.benchmarks;

import io.stitchflow.store.Store;
import io.stitchflow.v1.Plan;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

/**
 * Runs of which all stages are cached, {@code runners/stitchflow run} from its start to its end:
 * against ninja on as many tasks that are up to date, and against the start of a JVM that does
 * nothing. The stages' outputs are a few bytes each.
 */
final class CachedRunBenchmark implements Benchmark {
  private static final int MOST_ROUNDS = 60;
  private static final Path MEMORY = Path.of("/dev/shm");

  /** A null build of ninja takes time that grows with its edges; a JVM's start does not. */
  private record Workload(int stages, boolean quickstart) {
    @Override
    public String toString() {
      return quickstart ? "quickstart's stages" : String.format(Locale.ROOT, "%,d stages", stages);
    }
  }

  @Override
  public String name() {
    return "cached-run";
  }

  private static List<Workload> all(Settings settings) {
    return settings.choose(
        List.of(new Workload(0, true), new Workload(10_000, false), new Workload(100_000, false)),
        List.of(new Workload(0, true)));
  }

  @Override
  public List<String> workloads(Settings settings) {
    List<String> lines = new ArrayList<>();
    for (Workload workload : all(settings)) {
      lines.add(workload + ", wall");
      lines.add(workload + ", CPU");
      lines.add(workload + ", wall");
    }
    return lines;
  }

  @Override
  public void measure(Bench bench) throws Exception {
    for (Workload workload : all(bench.settings())) {
      measure(bench, workload);
    }
  }

  private static void measure(Bench bench, Workload workload) throws Exception {
    Settings settings = bench.settings();
    Path directory = bench.directory(workload.toString());
    Path experiment =
        workload.quickstart()
            ? settings.root().resolve("proto/examples/quickstart.textproto")
            : CachedStages.experiment(directory.resolve("many.textproto"), workload.stages());
    int stages = fill(experiment, directory.resolve("store"));
    Path tasks = Files.createDirectory(directory.resolve("ninja"));
    NullTasks.make(tasks, stages);
    String[] run = {
      settings.launcher(),
      "run",
      experiment.toString(),
      "--force",
      "--store",
      directory.resolve("store").toString(),
      "--out",
      directory.resolve("report").toString()
    };
    String ninja = String.format(Locale.ROOT, "ninja %s, %,d edges", NullTasks.version(), stages);
    Program.run(directory, run); // writes the store's index
    Costs ours = new Costs(() -> Program.run(directory, run));
    Costs theirs = new Costs(() -> NullTasks.check(tasks));
    bench.compareWarm(
        workload + ", wall",
        ninja,
        "s",
        stages >= 10_000 && stages < 100_000 ? Goal.atMost(8) : Goal.statedCost(),
        MOST_ROUNDS,
        ours::wallSeconds,
        theirs::wallSeconds);
    bench.add(workload + ", CPU", ninja, "CPU s", Goal.statedCost(), ours.cpu, theirs.cpu);
    if (workload.quickstart()) {
      bench.compareWarm(
          workload + ", wall",
          "a JVM's start",
          "s",
          Goal.atMost(3),
          MOST_ROUNDS,
          ours::wallSeconds,
          () -> Program.run(directory, nothing()).wallSeconds());
    } else {
      List<Double> second = ours.wall.stream().map(each -> 1.).toList();
      Goal goal = stages < 100_000 ? Goal.atMost(0.6) : Goal.statedCost();
      bench.add(workload + ", wall", "1 s", "s", goal, ours.wall, second);
    }
  }

  /** Runs a program and keeps what each run took. */
  private static final class Costs {
    private final Callable<Program.Cost> program;
    private final List<Double> wall = new ArrayList<>();
    private final List<Double> cpu = new ArrayList<>();

    Costs(Callable<Program.Cost> program) {
      this.program = program;
    }

    double wallSeconds() throws Exception {
      Program.Cost cost = program.call();
      wall.add(cost.wallSeconds());
      cpu.add(cost.cpuSeconds());
      return cost.wallSeconds();
    }
  }

  /** A JVM with the launcher's collector and compiler that runs an empty method. */
  private static String[] nothing() {
    return new String[] {
      Path.of(System.getProperty("java.home"), "bin/java").toString(),
      "-XX:TieredStopAtLevel=1",
      "-XX:+UseSerialGC",
      "-cp",
      System.getProperty("java.class.path").split(File.pathSeparator, 2)[0],
      Nothing.class.getName()
    };
  }

  /**
   * Publishes all stages in memory, which is faster, and copies the store; returns their number.
   */
  private static int fill(Path experiment, Path store) throws Exception {
    boolean quick = Files.isWritable(MEMORY);
    Path filled = quick ? Files.createTempDirectory(MEMORY, "stitchflow-cached-run") : store;
    Plan plan = CachedStages.plan(experiment);
    CachedStages.publish(plan, Store.open(filled));
    if (quick) {
      copy(filled, store);
    }
    return plan.getStageCount();
  }

  private static void copy(Path from, Path to) throws IOException, InterruptedException {
    Program.run(from, "cp", "-r", from.toString(), to.toString());
    Program.run(to, "rm", "-r", from.toString());
  }

  /** A program that does nothing: what a JVM takes to start and end. */
  static final class Nothing {
    private Nothing() {}

    public static void main(String[] args) {}
  }
}
