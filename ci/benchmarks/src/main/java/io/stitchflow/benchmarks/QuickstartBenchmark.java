package io.stitchflow.benchmarks;

import io.stitchflow.memo.StageExecutor;
import io.stitchflow.stage.StageDefinition;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/**
 * The quickstart from an empty store: CPU time of {@code runners/stitchflow run}, of all threads
 * from its start to its end, against that of its libtorch work. The latter is the CPU time of the
 * threads that execute the stages which compute with libtorch, in this warm JVM, as many as the run
 * has lanes, since lanes slow each other; what these stages do in Java counts as libtorch's. Beyond
 * it are the JVM's start and compilers, planning, hashing, publishing, solving, Beam and the
 * report.
 */
final class QuickstartBenchmark implements Benchmark {
  private static final int MOST_ROUNDS = 12;
  private static final int LANES = Runtime.getRuntime().availableProcessors();
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final String TINY =
      """
      name: "tiny"
      dataset { synthetic { train_examples: 128 test_examples: 64 } }
      network { name: "a" architecture: "ResNet(1,1,1,1)" width: 2 recipe { epochs: 1 } }
      cut: "layer4.0"
      condition: TRAINED_TRAINED
      vanilla { recipe { epochs: 1 } }
      metric: ["accuracy", "mse"]
      """;

  @Override
  public String name() {
    return "quickstart";
  }

  @Override
  public List<String> workloads(Settings settings) {
    return List.of(settings.choose("quickstart.textproto", "one cell"));
  }

  @Override
  public void measure(Bench bench) throws Exception {
    Settings settings = bench.settings();
    String text =
        settings.smoke()
            ? TINY
            : Files.readString(settings.root().resolve("proto/examples/quickstart.textproto"));
    PreparedExperiment experiment =
        PreparedExperiment.make(bench.directory("quickstart"), text, Set.of());
    Rounds rounds = new Rounds(bench, experiment);
    if (!settings.smoke()) {
      rounds.libtorchSeconds(); // compiles what the other rounds run through
    }
    bench.compareWarm(
        workloads(settings).get(0),
        "its libtorch work",
        "CPU s",
        Goal.atMost(1.1),
        MOST_ROUNDS,
        rounds::runSeconds,
        rounds::libtorchSeconds);
  }

  private static final class Rounds {
    private final Bench bench;
    private final PreparedExperiment experiment;
    private int rounds;
    private final LongAdder nanos = new LongAdder();

    Rounds(Bench bench, PreparedExperiment experiment) {
      this.bench = bench;
      this.experiment = experiment;
    }

    double runSeconds() throws Exception {
      Path round = bench.directory("round-" + rounds++);
      double seconds =
          Program.run(
                  round,
                  bench.settings().environment(),
                  List.of(
                      bench.settings().launcher(),
                      "run",
                      experiment.file().toString(),
                      "--store",
                      round.resolve("store").toString(),
                      "--out",
                      round.resolve("report").toString()))
              .cpuSeconds();
      delete(round);
      return seconds;
    }

    double libtorchSeconds() throws Exception {
      Path round = bench.directory("round-" + rounds++);
      nanos.reset();
      Set<String> kinds =
          experiment.plan().getStageList().stream()
              .map(PreparedExperiment::kind)
              .collect(Collectors.toSet());
      experiment.copy(round.resolve("store")).run(this::timing, kinds, LANES);
      delete(round);
      return nanos.sum() / 1e9;
    }

    private StageExecutor timing(StageDefinition definition) {
      StageExecutor executor = definition.executor();
      if (!definition.usesTorch()) {
        return executor;
      }
      return (runs, progress) -> {
        long start = THREADS.getCurrentThreadCpuTime();
        executor.execute(runs, progress);
        nanos.add(THREADS.getCurrentThreadCpuTime() - start);
      };
    }

    private void delete(Path round) throws IOException, InterruptedException {
      Program.run(bench.settings().work(), "rm", "-rf", round.toString());
    }
  }
}
