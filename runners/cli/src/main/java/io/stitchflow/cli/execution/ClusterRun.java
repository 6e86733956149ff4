package io.stitchflow.cli.execution;

import io.stitchflow.memo.Memo;
import io.stitchflow.plan.PlanStatus;
import io.stitchflow.run.RunListener;
import io.stitchflow.run.Worker;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.store.Store;
import io.stitchflow.transforms.Cluster;
import io.stitchflow.v1.Outcome;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageGroup;
import io.stitchflow.v1.StageResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A run on a cluster, as its client sees it. */
final class ClusterRun {
  private ClusterRun() {}

  /**
   * Imports data sets, weights and representations in this process, since their files are here and
   * need not be on the workers; returns what that gave.
   */
  static List<StageResult> importHere(
      Plan plan, PlanStatus survey, Store store, RunListener listener) throws InterruptedException {
    List<StageResult> imported = new ArrayList<>();
    Worker worker = new Worker(store, 1);
    Map<String, StageResult> upstream = new HashMap<>();
    survey.known().forEach(result -> upstream.put(result.getStage(), result));
    for (StageGroup group : survey.missing()) {
      if (StageDefinition.of(group.getStage(0)).readsSourceFiles()) {
        List<StageResult> made = worker.run(group.getStageList(), plan, upstream, listener);
        imported.addAll(made);
        made.forEach(result -> upstream.put(result.getStage(), result));
      }
    }
    return imported;
  }

  /**
   * Waits for a job.
   *
   * @param survey what was in the store before
   * @return results of all stages that ran or that {@code survey} does not know
   */
  static List<StageResult> await(
      Cluster.Job job, Plan plan, PlanStatus survey, Store store, RunListener listener)
      throws IOException, InterruptedException {
    return results(job.await(listener), plan, survey, PlanStatus.of(plan, new Memo(store)));
  }

  /** What workers told, or else what the store says now: a worker that was killed tells nothing. */
  static List<StageResult> results(
      Cluster.End end, Plan plan, PlanStatus before, PlanStatus after) {
    Map<String, StageResult> stored = new HashMap<>();
    after.known().forEach(result -> stored.put(result.getStage(), result));
    Map<String, StageResult> known = new HashMap<>();
    before.known().forEach(result -> known.put(result.getStage(), result));
    List<StageResult> results = new ArrayList<>();
    for (Stage stage : plan.getStageList()) {
      StageResult told = end.results().get(stage.getId());
      // A late watcher finds everything in the store; what the run computed is not a hit
      boolean ran = told != null && told.getOutcome() == Outcome.RAN;
      if (ran || !known.containsKey(stage.getId())) {
        StageResult found = stored.get(stage.getId());
        results.add(
            told != null && (told.hasResult() || found == null)
                ? told
                : found != null ? found : neverRan(stage, end.failure()));
      }
    }
    return results;
  }

  private static StageResult neverRan(Stage stage, String failure) {
    return StageResult.newBuilder()
        .setStage(stage.getId())
        .setOutcome(Outcome.FAILED)
        .setMessage(failure.isEmpty() ? "its result is not in the store; run again" : failure)
        .build();
  }
}
