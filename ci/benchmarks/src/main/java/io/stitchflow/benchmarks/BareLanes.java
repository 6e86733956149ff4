package io.stitchflow.benchmarks;

import io.stitchflow.plan.PlanStatus;
import io.stitchflow.run.Worker;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.StageGroup;
import io.stitchflow.v1.StageResult;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * What the machine itself gives: the stages of a plan, a kind after the other, on threads of this
 * process, without Beam and Flink.
 */
public final class BareLanes {
  private BareLanes() {}

  /**
   * Runs what is missing of these kinds.
   *
   * @return the seconds that it takes
   */
  public static double run(Plan plan, Worker worker, Set<String> kinds, int threads)
      throws Exception {
    PlanStatus survey = PlanStatus.of(plan, worker.memo());
    Map<String, StageResult> results = new ConcurrentHashMap<>();
    survey.known().forEach(result -> results.put(result.getStage(), result));
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      long start = System.nanoTime();
      for (StageDefinition kind : StageDefinition.all()) {
        if (!kinds.contains(kind.name())) {
          continue;
        }
        ConcurrentLinkedQueue<StageGroup> groups =
            new ConcurrentLinkedQueue<>(
                survey.missing().stream()
                    .filter(group -> StageDefinition.of(group.getStage(0)) == kind)
                    .toList());
        Callable<Void> lane = () -> takeAll(groups, plan, worker, results);
        List<Callable<Void>> lanes = IntStream.range(0, threads).mapToObj(i -> lane).toList();
        for (Future<Void> each : pool.invokeAll(lanes)) {
          each.get();
        }
      }
      return (System.nanoTime() - start) / 1e9;
    } finally {
      pool.shutdown();
    }
  }

  private static Void takeAll(
      ConcurrentLinkedQueue<StageGroup> groups,
      Plan plan,
      Worker worker,
      Map<String, StageResult> results)
      throws InterruptedException {
    StageGroup next = groups.poll();
    while (next != null) {
      worker
          .run(next.getStageList(), plan, results, new PreparedExperiment.Strict())
          .forEach(result -> results.put(result.getStage(), result));
      next = groups.poll();
    }
    return null;
  }
}
