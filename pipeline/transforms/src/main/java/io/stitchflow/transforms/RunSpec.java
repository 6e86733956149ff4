package io.stitchflow.transforms;

import io.stitchflow.content.StoreException;
import io.stitchflow.plan.PlanStatus;
import io.stitchflow.plan.WorkPartition;
import io.stitchflow.run.RunFiles;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.store.Store;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.Run;
import io.stitchflow.v1.Share;
import io.stitchflow.v1.StageGroup;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;

/**
 * What a run executes and where.
 *
 * @param id names the run's files in the store
 * @param store the store's directory, or its URI
 * @param lanes groups of stages that run at once in one JVM
 * @param slots into how many shares of about the same cost the groups of a kind are dealt; 0 means
 *     32 for each lane
 * @param missing groups that may have to run
 */
public record RunSpec(String id, String store, int lanes, int slots, List<StageGroup> missing)
    implements Serializable {
  /**
   * The Direct runner translates a transform again for each element, so there are few; with 32 for
   * each lane the last lane works for about 3 % of a kind's time alone.
   */
  private static final int SHARES_PER_LANE = 32;

  public RunSpec {
    missing = List.copyOf(missing);
  }

  /**
   * A new run of {@code plan}, recorded in the store, where workers of any runner read its plan.
   *
   * @param status of {@code plan} in {@code store}
   * @param lanes groups of stages that run at once in one JVM
   * @throws StoreException if the run cannot be written, or the remote store cannot be listed
   */
  public static RunSpec create(Store store, Plan plan, PlanStatus status, int lanes)
      throws IOException {
    String id = BeamRun.newId();
    RunFiles.share(store, id, Run.newBuilder().setPlan(plan).build());
    return new RunSpec(id, store.location(), lanes, 0, status.missing());
  }

  /** The shares of one kind, the longest first. */
  List<Share> shares(StageDefinition kind) {
    List<StageGroup> groups =
        missing.stream().filter(group -> StageDefinition.of(group.getStage(0)) == kind).toList();
    return WorkPartition.deal(groups, slots == 0 ? SHARES_PER_LANE * lanes : slots);
  }
}
