package io.stitchflow.plan;

import io.stitchflow.v1.Action;
import io.stitchflow.v1.Dependency;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.Output;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageResult;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A stage and the results of others make an action. */
public final class StageActions {
  private StageActions() {}

  /** The stage's action with all its inputs, or null where a result that it needs is not known. */
  public static @Nullable Action resolve(Stage stage, Map<String, StageResult> results) {
    return resolve(stage, (Dependency dependency) -> input(dependency, results));
  }

  /** What the stage depends on and whose result is not known. */
  public static List<Dependency> unknown(Stage stage, Map<String, StageResult> results) {
    return stage.getDependencyList().stream()
        .filter(dependency -> input(dependency, results) == null)
        .toList();
  }

  /** The stage's action with those of its inputs that are known. */
  public static Action partial(Stage stage, Map<String, StageResult> results) {
    Action.Builder action = stage.getAction().toBuilder();
    for (Dependency dependency : stage.getDependencyList()) {
      Input input = input(dependency, results);
      if (input != null) {
        action.addInput(input);
      }
    }
    return action.build();
  }

  /** The stage's action with all its inputs, or null where one is not known. */
  static @Nullable Action resolve(Stage stage, Inputs inputs) {
    Action.Builder action = stage.getAction().toBuilder();
    for (Dependency dependency : stage.getDependencyList()) {
      Input input = inputs.find(dependency);
      if (input == null) {
        return null;
      }
      action.addInput(input);
    }
    return action.build();
  }

  /** What dependencies come to. */
  @FunctionalInterface
  interface Inputs {
    @Nullable Input find(Dependency dependency);
  }

  /** What the dependency comes to, or null where the result that it needs is not known. */
  static @Nullable Input input(Dependency dependency, Map<String, StageResult> results) {
    StageResult result = results.get(dependency.getStage());
    return result == null || !result.hasResult()
        ? null
        : Input.newBuilder()
            .setRole(dependency.getRole())
            .setDigest(output(result, dependency.getOutput()).getDigest())
            .build();
  }

  /**
   * The output called {@code name}.
   *
   * @throws IllegalArgumentException if there is none
   */
  static Output output(StageResult result, String name) {
    for (Output output : result.getResult().getOutputList()) {
      if (output.getName().equals(name)) {
        return output;
      }
    }
    throw new IllegalArgumentException(
        "stage '" + result.getStage() + "' has no output '" + name + "'");
  }
}
