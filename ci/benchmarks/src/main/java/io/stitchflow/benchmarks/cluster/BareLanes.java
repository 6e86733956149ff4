package io.stitchflow.benchmarks.cluster;

import io.stitchflow.plan.PlanStatus;
import io.stitchflow.run.Worker;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.store.Store;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.StageGroup;
import io.stitchflow.v1.StageResult;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * What the machine itself gives: the columns of a plan, on threads of this process, without Beam
 * and Flink.
 */
final class BareLanes {
  private BareLanes() {}

  /** Seconds that {@code threads} take for all columns of vanilla stitches. */
  static double seconds(Plan plan, Store store, int threads) throws Exception {
    Worker worker = new Worker(store, threads);
    PlanStatus survey = PlanStatus.of(plan, worker.memo());
    Map<String, StageResult> upstream = new HashMap<>();
    survey.known().forEach(result -> upstream.put(result.getStage(), result));
    ConcurrentLinkedQueue<StageGroup> columns =
        new ConcurrentLinkedQueue<>(
            survey.missing().stream()
                .filter(group -> StageDefinition.of(group.getStage(0)) == ScalingRound.VANILLA)
                .toList());
    Callable<Void> lane =
        () -> {
          ScalingRound.Observer observer = new ScalingRound.Observer();
          StageGroup next = columns.poll();
          while (next != null) {
            worker.run(next.getStageList(), plan, upstream, observer);
            next = columns.poll();
          }
          return null;
        };
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      long start = System.nanoTime();
      List<Callable<Void>> lanes = IntStream.range(0, threads).mapToObj(i -> lane).toList();
      for (Future<Void> each : pool.invokeAll(lanes)) {
        each.get();
      }
      return (System.nanoTime() - start) / 1e9;
    } finally {
      pool.shutdown();
    }
  }
}
