package io.stitchflow.transforms;

import io.stitchflow.plan.StageKind;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.StageGroup;
import java.io.Serializable;
import java.util.List;

/**
 * What a run executes and where.
 *
 * @param id names the run's listener in this JVM
 * @param store the store's directory
 * @param lanes groups of stages that run at once in one JVM
 * @param plan all stages, so that a worker can make a missing blob again
 * @param missing groups that may have to run
 */
public record RunSpec(String id, String store, int lanes, Plan plan, List<StageGroup> missing)
    implements Serializable {
  public RunSpec {
    missing = List.copyOf(missing);
  }

  List<StageGroup> groups(StageKind kind) {
    return missing.stream().filter(group -> StageKind.of(group.getStage(0)) == kind).toList();
  }
}
