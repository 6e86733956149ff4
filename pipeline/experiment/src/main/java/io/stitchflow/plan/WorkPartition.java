package io.stitchflow.plan;

import io.stitchflow.stage.StageDefinition;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.Share;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageGroup;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/** Deals groups of stages to slots: the longest first, each to the slot that has least to do. */
public final class WorkPartition {
  private WorkPartition() {}

  /** At most {@code slots} shares, none empty, the costliest first; within each the same. */
  public static List<Share> deal(List<StageGroup> groups, int slots) {
    if (slots < 1) {
      throw new IllegalArgumentException("slots must be at least 1, but was: " + slots);
    }
    PriorityQueue<Open> shares = new PriorityQueue<>(Comparator.comparingDouble(open -> open.cost));
    for (StageGroup group : costliestFirst(groups)) {
      Open cheapest = shares.size() < slots ? new Open() : shares.remove();
      cheapest.add(group);
      shares.add(cheapest);
    }
    return shares.stream()
        .sorted(Comparator.<Open>comparingDouble(open -> open.cost).reversed())
        .map(open -> open.share.build())
        .toList();
  }

  /** All groups of a kind in a plan, the costliest first. */
  public static List<StageGroup> costliestFirst(Plan plan, StageDefinition kind) {
    Map<String, StageGroup.Builder> groups = new LinkedHashMap<>();
    for (Stage stage : plan.getStageList()) {
      if (StageDefinition.of(stage) == kind) {
        groups.computeIfAbsent(stage.getGroup(), name -> StageGroup.newBuilder()).addStage(stage);
      }
    }
    return costliestFirst(groups.values().stream().map(StageGroup.Builder::build).toList());
  }

  private static List<StageGroup> costliestFirst(List<StageGroup> groups) {
    return groups.stream()
        .sorted(Comparator.comparingDouble(WorkPartition::cost).reversed())
        .toList();
  }

  private static double cost(StageGroup group) {
    return group.getStageList().stream().mapToDouble(Stage::getCost).sum();
  }

  private static final class Open {
    private final Share.Builder share = Share.newBuilder();
    private double cost;

    void add(StageGroup group) {
      share.addGroup(group);
      cost += cost(group);
    }
  }
}
