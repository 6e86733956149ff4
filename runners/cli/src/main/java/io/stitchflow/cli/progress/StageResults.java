package io.stitchflow.cli.progress;

import io.stitchflow.plan.PlanStatus;
import io.stitchflow.stage.Phase;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.v1.Outcome;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageResult;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What became of the stages of a plan, by stage, in the order of the plan. */
public record StageResults(Plan plan, Map<String, StageResult> byStage) {
  /**
   * What the survey knew, and what ran after it.
   *
   * @throws IllegalStateException if a stage has no result
   */
  public static StageResults of(Plan plan, PlanStatus survey, List<StageResult> ran) {
    Map<String, StageResult> unordered = new LinkedHashMap<>();
    survey.known().forEach(result -> unordered.put(result.getStage(), result));
    ran.forEach(result -> unordered.put(result.getStage(), result));
    Map<String, StageResult> ordered = new LinkedHashMap<>();
    for (Stage stage : plan.getStageList()) {
      StageResult result = unordered.get(stage.getId());
      if (result == null) {
        throw new IllegalStateException("stage '" + stage.getId() + "' has no result");
      }
      ordered.put(stage.getId(), result);
    }
    return new StageResults(plan, ordered);
  }

  /** Only what is in the store. */
  public static StageResults stored(Plan plan, PlanStatus survey) {
    Map<String, StageResult> stored = new LinkedHashMap<>();
    survey.known().forEach(result -> stored.put(result.getStage(), result));
    return new StageResults(plan, stored);
  }

  /** Whether the stage has a result. */
  public boolean done(String stage) {
    StageResult result = byStage.get(stage);
    return result != null && result.hasResult();
  }

  /** With another result for its stage. */
  public StageResults with(StageResult other) {
    Map<String, StageResult> changed = new LinkedHashMap<>(byStage);
    changed.put(other.getStage(), other);
    return new StageResults(plan, changed);
  }

  int count(Outcome outcome) {
    return with(outcome).size();
  }

  List<StageResult> with(Outcome outcome) {
    return byStage.values().stream().filter(result -> result.getOutcome() == outcome).toList();
  }

  /** What ran, and is not in the store. */
  List<StageResult> notStored() {
    return with(Outcome.RAN).stream().filter(result -> !result.getMessage().isEmpty()).toList();
  }

  int total() {
    return byStage.size();
  }

  /** What the stages with this outcome took to compute, in this run or before. */
  double seconds(Outcome outcome) {
    return with(outcome).stream().mapToDouble(result -> result.getResult().getSeconds()).sum();
  }

  /** The original compute time of all cache hits. */
  public double secondsSaved() {
    return seconds(Outcome.HIT);
  }

  /** The report's result, or null where it could not be written. */
  public @Nullable StageResult report() {
    for (Stage stage : plan.getStageList()) {
      StageResult result = byStage.get(stage.getId());
      if (StageDefinition.of(stage).phase() == Phase.WRITE_REPORT
          && result != null
          && result.hasResult()) {
        return result;
      }
    }
    return null;
  }
}
