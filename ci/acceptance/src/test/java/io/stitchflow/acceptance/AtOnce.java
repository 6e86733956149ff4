package io.stitchflow.acceptance;

import io.stitchflow.acceptance.Laboratory.Finished;
import io.stitchflow.v1.Outcome;
import io.stitchflow.v1.StageResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Several runs at the same time. */
final class AtOnce {
  private AtOnce() {}

  static List<Finished> run(List<Callable<Finished>> runs) throws Exception {
    ExecutorService clients = Executors.newFixedThreadPool(runs.size());
    try {
      List<Finished> finished = new ArrayList<>();
      for (Future<Finished> run : clients.invokeAll(runs)) {
        finished.add(run.get());
      }
      return finished;
    } finally {
      clients.shutdownNow();
    }
  }

  /** How often each stage was computed, by all of them together. */
  static Map<String, Integer> computed(List<Finished> runs) {
    Map<String, Integer> times = new TreeMap<>();
    for (Finished run : runs) {
      for (StageResult result : run.ran()) {
        if (result.getOutcome() == Outcome.RAN) {
          times.merge(result.getStage(), 1, Integer::sum);
        }
      }
    }
    return times;
  }
}
