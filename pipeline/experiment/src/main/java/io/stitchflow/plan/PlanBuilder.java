package io.stitchflow.plan;

import io.stitchflow.stage.StageDefinition;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.Dependency;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.Toolchain;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Collects stages, each once, and orders them by kind, in the order of the registry, so that each
 * stands after those that it depends on.
 */
final class PlanBuilder {
  private final Toolchain toolchain;
  private final Map<StageDefinition, List<Stage>> stages = new HashMap<>();
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

  /** Adds the stage at its definition's version, with the toolchain where libtorch computes. */
  void add(Stage.Builder stage) {
    add(complete(stage));
  }

  /**
   * The stage at its definition's version, with the toolchain where libtorch computes; not added.
   */
  Stage complete(Stage.Builder stage) {
    StageDefinition definition = StageDefinition.of(stage.getAction());
    Action.Builder action = stage.getActionBuilder().setVersion(definition.version());
    if (definition.usesTorch()) {
      action.setToolchain(toolchain);
    }
    return stage.build();
  }

  /**
   * Adds a complete stage.
   *
   * @throws IllegalStateException if its id is taken, or its definition lacks one of its input
   *     roles
   */
  void add(Stage stage) {
    if (!ids.add(stage.getId())) {
      throw new IllegalStateException("two stages are called '" + stage.getId() + "'");
    }
    StageDefinition definition = StageDefinition.of(stage);
    for (Dependency dependency : stage.getDependencyList()) {
      if (!definition.hasRole(dependency.getRole())) {
        throw new IllegalStateException(
            String.format(
                Locale.ROOT,
                "stage '%s': %s has no input '%s', but %s",
                stage.getId(),
                definition.name(),
                dependency.getRole(),
                definition.roles()));
      }
    }
    stages.computeIfAbsent(definition, kind -> new ArrayList<>()).add(stage);
  }

  /** All stages of the kinds before this one, in the order of the registry. */
  List<Stage> before(StageDefinition last) {
    return StageDefinition.all().stream()
        .takeWhile(definition -> definition != last)
        .flatMap(definition -> stages.getOrDefault(definition, List.of()).stream())
        .toList();
  }

  Plan build() {
    Plan.Builder plan = Plan.newBuilder();
    for (StageDefinition definition : StageDefinition.all()) {
      plan.addAllStage(stages.getOrDefault(definition, List.of()));
    }
    return plan.build();
  }
}
