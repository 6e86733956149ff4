package io.stitchflow.benchmarks.cluster;

import io.stitchflow.benchmarks.Bench;
import io.stitchflow.benchmarks.Benchmark;
import io.stitchflow.benchmarks.Goal;
import io.stitchflow.benchmarks.Settings;
import io.stitchflow.plan.Planner;
import io.stitchflow.plan.WorkPartition;
import io.stitchflow.spec.ExperimentFile;
import io.stitchflow.spec.ValidExperiment;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.torch.Toolchains;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageGroup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Simulated time of a large experiment on a cluster, against the least that any schedule could
 * take: all work divided by the speed of all workers together. The plan, its estimated costs and
 * the shares are the real ones; nothing is computed.
 *
 * <p>The third line of each number of workers is the least time of any schedule in which each kind
 * of stage waits for the one before.
 *
 * <p>A group takes its estimate times exp(0.3 z), z standard normal, since estimates are wrong. A
 * quarter of the workers, at least one, runs at half speed; which, is drawn, since shares are dealt
 * without regard to speed. A round is another draw.
 */
public final class ScheduleBenchmark implements Benchmark {
  private static final String EXPERIMENT = "proto/examples/paper-small-resnets.textproto";
  private static final double ERROR = 0.3;
  private static final double OPERATIONS = 1e15;
  private static final String UNIT = "10^15 operations";
  private static final int ROUNDS = 15;
  private static final List<Integer> WORKERS = List.of(2, 8, 32, 128, 256);

  @Override
  public String name() {
    return "schedule";
  }

  @Override
  public List<String> workloads(Settings settings) {
    List<String> workloads = new ArrayList<>();
    for (int workers : WORKERS) {
      workloads.add(workers + " workers, a share each");
      workloads.add(workers + " workers that help each other");
      workloads.add(workers + " workers, the best of each kind");
    }
    return workloads;
  }

  @Override
  public void measure(Bench bench) throws Exception {
    Plan plan = plan(bench);
    List<List<StageGroup>> kinds =
        StageDefinition.all().stream()
            .map(kind -> WorkPartition.costliestFirst(plan, kind))
            .filter(groups -> !groups.isEmpty())
            .toList();
    int rounds = bench.settings().choose(ROUNDS, 1);
    List<String> workloads = workloads(bench.settings());
    for (int i = 0; i < WORKERS.size(); i++) {
      List<Double> bounds = new ArrayList<>();
      List<Double> alone = new ArrayList<>();
      List<Double> helped = new ArrayList<>();
      List<Double> best = new ArrayList<>();
      for (int round = 0; round < rounds; round++) {
        SimulatedCluster cluster = cluster(kinds, WORKERS.get(i), new Random(round));
        bounds.add(cluster.leastTime());
        alone.add(cluster.time(false));
        helped.add(cluster.time(true));
        best.add(cluster.leastTimeKindByKind());
      }
      bench.add(workloads.get(3 * i), "bound", UNIT, Goal.statedSpeedUp(), alone, bounds);
      bench.add(workloads.get(3 * i + 1), "bound", UNIT, Goal.atLeast(0.93), helped, bounds);
      bench.add(workloads.get(3 * i + 2), "bound", UNIT, Goal.statedSpeedUp(), best, bounds);
    }
  }

  /** The experiment's plan; its images are generated, which changes no cost. */
  private static Plan plan(Bench bench) throws Exception {
    String text =
        Files.readString(bench.settings().root().resolve(EXPERIMENT))
            .replace(
                "dataset { cifar10 { } }",
                "dataset { synthetic { train_examples: 50000 test_examples: 10000 } }");
    Path file = Files.writeString(bench.directory("plan").resolve("e.textproto"), text);
    ValidExperiment valid = ExperimentFile.read(file, List.of());
    return Planner.plan(valid.experiment(), valid.base(), Toolchains.cpu());
  }

  private static SimulatedCluster cluster(
      List<List<StageGroup>> kinds, int workers, Random random) {
    List<List<SimulatedCluster.Group>> costs = new ArrayList<>();
    for (List<StageGroup> groups : kinds) {
      List<SimulatedCluster.Group> ofKind = new ArrayList<>();
      for (StageGroup group : groups) {
        double estimate =
            group.getStageList().stream().mapToDouble(Stage::getCost).sum() / OPERATIONS;
        ofKind.add(
            new SimulatedCluster.Group(group, estimate * Math.exp(ERROR * random.nextGaussian())));
      }
      costs.add(ofKind);
    }
    List<Double> speeds = new ArrayList<>();
    for (int i = 0; i < workers; i++) {
      speeds.add(i < Math.max(1, workers / 4) ? 0.5 : 1);
    }
    Collections.shuffle(speeds, random);
    return new SimulatedCluster(costs, speeds.stream().mapToDouble(Double::doubleValue).toArray());
  }
}
