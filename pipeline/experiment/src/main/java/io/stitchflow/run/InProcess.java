package io.stitchflow.run;

import io.stitchflow.plan.PlanStatus;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.StageGroup;
import io.stitchflow.v1.StageResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs a plan in this thread, group after group: the oracle for every runner. */
public final class InProcess {
  private InProcess() {}

  /** Runs what {@code survey} found missing and returns the results of all stages that it ran. */
  public static List<StageResult> run(
      Plan plan, PlanStatus survey, Worker worker, RunListener listener)
      throws InterruptedException {
    Map<String, StageResult> results = new HashMap<>();
    survey.known().forEach(known -> results.put(known.getStage(), known));
    List<StageResult> ran = new ArrayList<>();
    for (StageGroup group : survey.missing()) {
      for (StageResult result : worker.run(group.getStageList(), plan, results, listener)) {
        results.put(result.getStage(), result);
        ran.add(result);
      }
    }
    return ran;
  }
}
