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
import java.util.Collections;
import java.util.List;

/**
 * What a run executes and where.
 *
 * @param id names the run's files in the store
 * @param store the store's directory, or its URI
 * @param lanes groups of stages that run at once in one JVM
 * @param sharing how groups of a kind reach lanes
 * @param missing groups that may have to run
 */
public record RunSpec(String id, String store, int lanes, Sharing sharing, List<StageGroup> missing)
    implements Serializable {
  /**
   * The Direct runner translates a transform again for each element, so there are few; with 32 for
   * each lane the last lane works for about 3 % of a kind's time alone.
   */
  private static final int SHARES_PER_LANE = 32;

  /** How the groups of a kind reach lanes. Groups with the highest cost go first. */
  public enum Sharing {
    /** Dealt into 32 shares a lane: for a runner with any number of slots. */
    DEALT,

    /**
     * Dealt into a share a lane, on a cluster with as many slots. A slot whose share is done
     * computes groups of other shares that nobody has begun.
     */
    HELPED,

    /** In this JVM: each lane takes the next group that no other lane has begun. */
    TAKEN
  }

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
    return new RunSpec(id, store.location(), lanes, Sharing.DEALT, status.missing());
  }

  /** The shares of one kind, the longest first; each has all groups where lanes take them. */
  List<Share> shares(StageDefinition kind) {
    List<StageGroup> groups =
        missing.stream().filter(group -> StageDefinition.of(group.getStage(0)) == kind).toList();
    return switch (sharing) {
      case DEALT -> WorkPartition.deal(groups, SHARES_PER_LANE * lanes);
      case HELPED -> WorkPartition.deal(groups, lanes);
      case TAKEN ->
          WorkPartition.deal(groups, 1).stream()
              .flatMap(all -> Collections.nCopies(lanes, all).stream())
              .toList();
    };
  }
}
