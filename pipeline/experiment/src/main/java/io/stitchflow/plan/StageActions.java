package io.stitchflow.plan;

import io.stitchflow.v1.Action;
import io.stitchflow.v1.Dependency;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.Output;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A stage and the results of others make an action. */
public final class StageActions {
  private StageActions() {}

  /** The stage's action with all its inputs, or null where a result that it needs is not known. */
  public static @Nullable Action resolve(Stage stage, Map<String, StageResult> results) {
    return unknown(stage, results).isEmpty() ? partial(stage, results) : null;
  }

  /** What the stage depends on and whose result is not known. */
  public static List<Dependency> unknown(Stage stage, Map<String, StageResult> results) {
    List<Dependency> unknown = new ArrayList<>();
    for (Dependency dependency : stage.getDependencyList()) {
      StageResult result = results.get(dependency.getStage());
      if (result == null || !result.hasResult()) {
        unknown.add(dependency);
      }
    }
    return unknown;
  }

  /** The stage's action with those of its inputs that are known. */
  public static Action partial(Stage stage, Map<String, StageResult> results) {
    Action.Builder action = stage.getAction().toBuilder();
    for (Dependency dependency : stage.getDependencyList()) {
      StageResult result = results.get(dependency.getStage());
      if (result != null && result.hasResult()) {
        action.addInput(
            Input.newBuilder()
                .setRole(dependency.getRole())
                .setDigest(output(result, dependency.getOutput()).getDigest()));
      }
    }
    return action.build();
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
