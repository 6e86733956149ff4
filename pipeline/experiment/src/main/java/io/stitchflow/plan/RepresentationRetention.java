package io.stitchflow.plan;

import io.stitchflow.gc.Eviction;
import io.stitchflow.memo.Memo;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.v1.Dependency;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.Stage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Which representations a run keeps. */
public final class RepresentationRetention {
  private static final Comparator<Stage> CHEAPEST_BYTES =
      Comparator.<Stage>comparingDouble(stage -> stage.getCost() / stage.getOutputBytes())
          .thenComparing(Stage::getId);

  private RepresentationRetention() {}

  /**
   * The same stages under the same keys, as many representations of them fleeting as the disk needs
   * to take the rest: those first that are cheapest to compute again for their bytes.
   *
   * @param usableBytes what the disk can still take
   */
  public static Plan fit(Plan plan, Memo memo, long usableBytes) throws IOException {
    PlanStatus survey = PlanStatus.of(plan, memo);
    List<Stage> missing =
        survey.stages().stream()
            .filter(status -> status.state() != PlanStatus.State.HIT)
            .map(PlanStatus.StageStatus::stage)
            .filter(RepresentationRetention::isRepresentation)
            .sorted(CHEAPEST_BYTES)
            .toList();
    long kept = RemainingWork.of(survey).bytes();
    long passing = 0;
    Set<String> fleeting = new HashSet<>();
    Map<String, Long> atOnce = new HashMap<>();
    for (Stage stage : missing) {
      if (kept + passing <= usableBytes) {
        break;
      }
      fleeting.add(stage.getId());
      kept -= stage.getOutputBytes();
      passing =
          Math.max(passing, atOnce.merge(stage.getGroup(), stage.getOutputBytes(), Long::sum));
    }
    return drop(plan, fleeting);
  }

  /** The same stages under the same keys, all representations fleeting. */
  static Plan keepNone(Plan plan) {
    return drop(
        plan,
        plan.getStageList().stream()
            .filter(RepresentationRetention::isRepresentation)
            .map(Stage::getId)
            .collect(Collectors.toSet()));
  }

  private static boolean isRepresentation(Stage stage) {
    return StageDefinition.of(stage).eviction() == Eviction.FIRST;
  }

  private static Plan drop(Plan plan, Set<String> fleeting) {
    Map<String, Double> passes = passes(plan, fleeting);
    Plan.Builder dropping = plan.toBuilder();
    for (Stage.Builder stage : dropping.getStageBuilderList()) {
      stage
          .setFleeting(fleeting.contains(stage.getId()))
          .setCost(stage.getCost() + passes.getOrDefault(stage.getGroup(), 0.));
    }
    return dropping.build();
  }

  /** What making the fleeting stages again costs each stage that reads them, by its group. */
  private static Map<String, Double> passes(Plan plan, Set<String> fleeting) {
    Map<String, Double> costs = new HashMap<>();
    Map<String, List<Stage>> groups = new HashMap<>();
    for (Stage stage : plan.getStageList()) {
      costs.put(stage.getId(), stage.getCost());
      groups.computeIfAbsent(stage.getGroup(), group -> new ArrayList<>()).add(stage);
    }
    Map<String, Double> passes = new HashMap<>();
    groups.forEach(
        (group, stages) ->
            passes.put(
                group,
                stages.stream()
                        .flatMap(stage -> stage.getDependencyList().stream())
                        .map(Dependency::getStage)
                        .filter(fleeting::contains)
                        .distinct()
                        .mapToDouble(id -> costs.getOrDefault(id, 0.))
                        .sum()
                    / stages.size()));
    return passes;
  }
}
