package io.stitchflow.plan;

import io.stitchflow.v1.Action;
import io.stitchflow.v1.Dependency;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.Output;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageResult;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A stage and the results of others make an action. */
final class StageActions {
  private StageActions() {}

  /** The stage's action with all its inputs, or null where a result that it needs is not known. */
  static @Nullable Action resolve(Stage stage, Map<String, StageResult> results) {
    Action.Builder action = stage.getAction().toBuilder();
    for (Dependency dependency : stage.getDependencyList()) {
      StageResult result = results.get(dependency.getStage());
      if (result == null || !result.hasResult()) {
        return null;
      }
      action.addInput(
          Input.newBuilder()
              .setRole(dependency.getRole())
              .setDigest(output(result, dependency.getOutput()).getDigest()));
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
