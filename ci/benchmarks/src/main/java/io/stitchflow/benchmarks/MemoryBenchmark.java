package io.stitchflow.benchmarks;

import io.stitchflow.plan.PlanStatus;
import io.stitchflow.run.InProcess;
import io.stitchflow.run.RunListener;
import io.stitchflow.run.Worker;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Whether memory grows with the number of stages: the heap after a full collection and the resident
 * memory of this JVM, at several points of a run of many tiny stages, over those after a tenth of
 * them. The peak memory of a pair is a line of {@link PairBenchmark}.
 */
final class MemoryBenchmark implements Benchmark {
  private static final int POINTS = 10;

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public List<String> workloads(Settings settings) {
    String stages = String.format(Locale.ROOT, "%,d stages", stages(settings));
    return List.of(
        "heap, 2nd to 10th tenth of " + stages, "resident, 2nd to 10th tenth of " + stages);
  }

  private static int stages(Settings settings) {
    return settings.choose(10_000, 20);
  }

  @Override
  public void measure(Bench bench) throws Exception {
    List<String> workloads = workloads(bench.settings());
    List<Point> points = points(bench);
    Point first = points.get(0);
    List<Point> later = points.subList(1, points.size());
    String against = "after the first tenth";
    Goal flat = Goal.atMost(1.05);
    bench.add(
        workloads.get(0),
        against,
        "MiB",
        flat,
        later.stream().map(Point::heap).toList(),
        later.stream().map(point -> first.heap()).toList());
    bench.add(
        workloads.get(1),
        against,
        "MiB",
        flat,
        later.stream().map(Point::resident).toList(),
        later.stream().map(point -> first.resident()).toList());
  }

  /** Memory in MiB. */
  private record Point(double heap, double resident) {
    static Point now() {
      System.gc();
      double heap =
          ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / 1024. / 1024;
      try {
        for (String line :
            Files.readAllLines(Path.of("/proc/self/status"), StandardCharsets.UTF_8)) {
          if (line.startsWith("VmRSS:")) {
            return new Point(heap, Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024);
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      throw new IllegalStateException("/proc/self/status has no VmRSS");
    }
  }

  /** Memory after each tenth of the stages. */
  private static List<Point> points(Bench bench) throws Exception {
    int seeds = stages(bench.settings()) / 2;
    String text =
        """
        name: "stages"
        dataset { synthetic { train_examples: 64 test_examples: 64 } }
        network { name: "a" architecture: "ResNet(1,1,1,1)" width: 2 recipe { epochs: 1 batch_size: 16 } }
        cut: "layer4.0"
        condition: TRAINED_TRAINED
        vanilla { initialization: KAIMING recipe { epochs: 1 whiten: false } }
        metric: "accuracy"
        seed: [%s]
        """
            .formatted(
                IntStream.rangeClosed(1, seeds)
                    .mapToObj(String::valueOf)
                    .collect(Collectors.joining(", ")));
    PreparedExperiment experiment =
        PreparedExperiment.make(
            bench.directory("stages"),
            text,
            Set.of("import_dataset", "train_network", "collect_representation"));
    Plan part =
        Plan.newBuilder()
            .addAllStage(
                experiment.plan().getStageList().stream()
                    .filter(stage -> !PreparedExperiment.kind(stage).equals("write_report"))
                    .toList())
            .build();
    Worker worker = experiment.worker(StageDefinition::executor);
    PlanStatus status = PlanStatus.of(part, worker.memo());
    int missing = status.missing().stream().mapToInt(group -> group.getStageCount()).sum();
    Watch watch = new Watch(missing);
    InProcess.run(part, status, worker, watch);
    return watch.points;
  }

  private static final class Watch implements RunListener {
    private final List<Point> points = new ArrayList<>();
    private final int stages;
    private int finished;

    Watch(int stages) {
      this.stages = stages;
    }

    @Override
    public void started(List<Stage> group, String worker) {}

    @Override
    public void advanced(List<Stage> group, double share) {}

    @Override
    public void finished(Stage stage, StageResult result) {
      if (!result.hasResult()) {
        throw new IllegalStateException("not published: " + result);
      }
      finished++;
      if ((long) finished * POINTS / stages > points.size()) {
        points.add(Point.now());
      }
    }
  }
}
