package io.stitchflow.benchmarks;

import io.stitchflow.benchmarks.cluster.FlinkBenchmark;
import io.stitchflow.benchmarks.cluster.ScheduleBenchmark;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The command line of {@code ci/benchmarks/run}, which says how to call it. */
public final class Benchmarks {
  private static final int MOST_ROUNDS = 100;

  private static final List<Benchmark> ALL =
      List.of(
          new MemoryBenchmark(), // before others fill this JVM, whose memory it measures
          new TrainBenchmark(),
          new ColumnBenchmark(),
          new PairBenchmark(),
          new CopyBenchmark(),
          new RepresentationsBenchmark(),
          new BatchesBenchmark(),
          new CachedRunBenchmark(),
          new QuickstartBenchmark(),
          new FirstBuildBenchmark(),
          new FlinkBenchmark(),
          new ScheduleBenchmark());

  private Benchmarks() {}

  /** Arguments: the project's directory, then those of {@code ci/benchmarks/run}. */
  public static void main(String[] args) throws Exception {
    List<String> names = new ArrayList<>();
    Path work = Path.of(System.getProperty("java.io.tmpdir"));
    @Nullable Path json = null;
    boolean smoke = false;
    int mostRounds = MOST_ROUNDS;
    for (int i = 1; i < args.length; i++) {
      switch (args[i]) {
        case "--list" -> {
          ALL.forEach(benchmark -> System.out.println(benchmark.name()));
          return;
        }
        case "--smoke" -> smoke = true;
        case "--json" -> json = Path.of(args[++i]);
        case "--rounds" -> mostRounds = Integer.parseInt(args[++i]);
        case "--work" -> work = Path.of(args[++i]);
        default -> names.add(args[i]);
      }
    }
    checkNames(names);
    Files.createDirectories(work);
    Path directory = Files.createTempDirectory(work.toAbsolutePath(), "stitchflow-benchmarks");
    Settings settings = new Settings(Path.of(args[0]), directory, smoke, mostRounds);
    List<Line> lines = new ArrayList<>();
    try {
      for (Benchmark benchmark : chosen(names)) {
        lines.addAll(run(benchmark, settings));
      }
    } finally { // where a benchmark fails, the lines before it are not lost
      Table table = new Table(lines);
      new PrintStream(System.out, true, StandardCharsets.UTF_8).print(table.markdown());
      if (json != null) {
        Files.writeString(json, table.json());
      }
      delete(directory);
    }
  }

  private static List<Benchmark> chosen(List<String> names) {
    return ALL.stream()
        .filter(benchmark -> names.isEmpty() || names.contains(benchmark.name()))
        .toList();
  }

  private static void checkNames(List<String> names) {
    List<String> known = ALL.stream().map(Benchmark::name).toList();
    for (String name : names) {
      if (!known.contains(name)) {
        System.err.printf(
            "ci/benchmarks/run: '%s' is not a benchmark; choose from %s%n",
            name, String.join(", ", known));
        System.exit(2);
      }
    }
  }

  private static List<Line> run(Benchmark benchmark, Settings settings) throws Exception {
    Bench bench = new Bench(settings, benchmark.name());
    benchmark.measure(bench);
    List<String> measured = bench.lines().stream().map(line -> line.question().workload()).toList();
    List<String> announced = benchmark.workloads(settings);
    if (!measured.equals(announced)) {
      throw new IllegalStateException(
          benchmark.name() + ": announces the lines " + announced + ", but measured " + measured);
    }
    return bench.lines();
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
