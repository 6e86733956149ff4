package io.stitchflow.plan;

import io.stitchflow.artifacts.Memo;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.Stage;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which representations a run keeps, where the experiment leaves it to the disk. */
public final class Retention {
  private static final Comparator<Stage> CHEAPEST_BYTES =
      Comparator.<Stage>comparingDouble(stage -> stage.getCost() / stage.getOutputBytes())
          .thenComparing(Stage::getId);

  private Retention() {}

  /**
   * The same stages under the same keys, as many representations of them fleeting as the disk needs
   * to take the rest: those first that are cheapest to compute again for their bytes.
   *
   * @param usableBytes what the disk can still take
   */
  public static Plan fit(Plan plan, Memo memo, long usableBytes) throws IOException {
    Survey survey = Survey.of(plan, memo);
    List<Stage> missing =
        survey.stages().stream()
            .filter(status -> status.state() != Survey.State.HIT)
            .map(Survey.StageStatus::stage)
            .filter(stage -> StageKind.of(stage) == StageKind.COLLECT_REPRESENTATION)
            .sorted(CHEAPEST_BYTES)
            .toList();
    long kept = Workload.of(survey).bytes();
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
    Plan.Builder fitted = plan.toBuilder();
    for (Stage.Builder stage : fitted.getStageBuilderList()) {
      if (fleeting.contains(stage.getId())) {
        stage.setFleeting(true);
      }
    }
    return fitted.build();
  }
}
