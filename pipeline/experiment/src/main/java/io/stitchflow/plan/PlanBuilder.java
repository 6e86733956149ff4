package io.stitchflow.plan;

import io.stitchflow.v1.Action;
import io.stitchflow.v1.Dependency;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.Toolchain;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Collects stages, each once, and orders them by kind, so that each stands after those that it
 * depends on.
 */
final class PlanBuilder {
  private final Toolchain toolchain;
  private final List<Stage> stages = new ArrayList<>();
  private final Set<String> ids = new HashSet<>();

  PlanBuilder(Toolchain toolchain) {
    this.toolchain = toolchain;
  }

  boolean has(String id) {
    return ids.contains(id);
  }

  Stage.Builder stage(String id, String group, double cost) {
    return Stage.newBuilder().setId(id).setGroup(group).setCost(cost);
  }

  void depend(Stage.Builder stage, String role, String on, String output) {
    stage.addDependency(Dependency.newBuilder().setRole(role).setStage(on).setOutput(output));
  }

  /** Adds the stage at its kind's version, with the toolchain where libtorch computes. */
  void add(Stage.Builder stage) {
    StageKind kind = StageKind.of(stage.getAction());
    Action.Builder action = stage.getActionBuilder().setVersion(kind.version());
    if (kind.usesTorch()) {
      action.setToolchain(toolchain);
    }
    if (!ids.add(stage.getId())) {
      throw new IllegalStateException("two stages are called '" + stage.getId() + "'");
    }
    stages.add(stage.build());
  }

  Plan build() {
    List<Stage> inOrder = new ArrayList<>(stages);
    inOrder.sort(Comparator.comparing(StageKind::of));
    return Plan.newBuilder().addAllStage(inOrder).build();
  }
}
