package io.stitchflow.plan;

import io.stitchflow.v1.Action;
import io.stitchflow.v1.Dependency;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.Toolchain;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Collects stages, each once, and orders them by kind, so that each stands after those that it
 * depends on.
 */
final class PlanBuilder {
  private final Toolchain toolchain;
  private final Map<StageKind, List<Stage>> stages = new EnumMap<>(StageKind.class);
  private final Set<String> ids = new HashSet<>();
  private final Map<String, String> groups = new HashMap<>();

  PlanBuilder(Toolchain toolchain) {
    this.toolchain = toolchain;
  }

  boolean has(String id) {
    return ids.contains(id);
  }

  Stage.Builder stage(String id, String group, double cost) {
    return Stage.newBuilder().setId(id).setGroup(group(group)).setCost(cost);
  }

  /** The one text that all stages of a group share. */
  String group(String name) {
    return groups.computeIfAbsent(name, same -> same);
  }

  void depend(Stage.Builder stage, String role, String on, String output) {
    stage.addDependency(dependency(role, on, output));
  }

  static Dependency dependency(String role, String on, String output) {
    return Dependency.newBuilder().setRole(role).setStage(on).setOutput(output).build();
  }

  /** Adds the stage at its kind's version, with the toolchain where libtorch computes. */
  void add(Stage.Builder stage) {
    add(complete(stage));
  }

  /** The stage at its kind's version, with the toolchain where libtorch computes; not added. */
  Stage complete(Stage.Builder stage) {
    StageKind kind = StageKind.of(stage.getAction());
    Action.Builder action = stage.getActionBuilder().setVersion(kind.version());
    if (kind.usesTorch()) {
      action.setToolchain(toolchain);
    }
    return stage.build();
  }

  /** Adds a complete stage. */
  void add(Stage stage) {
    if (!ids.add(stage.getId())) {
      throw new IllegalStateException("two stages are called '" + stage.getId() + "'");
    }
    stages.computeIfAbsent(StageKind.of(stage), kind -> new ArrayList<>()).add(stage);
  }

  Plan build() {
    Plan.Builder plan = Plan.newBuilder();
    stages.values().forEach(plan::addAllStage);
    return plan.build();
  }
}
