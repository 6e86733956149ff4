package io.stitchflow.inspect;

import io.stitchflow.content.Digest;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ActionResult;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.Output;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A record of the store and the action that it is of.
 *
 * @param action null where the store has lost it
 */
public record CatalogEntry(
    Digest key, @Nullable Action action, ActionResult result, Instant published) implements Item {
  static final String UNKNOWN = "unknown";

  /** Null where the action is lost, or its stage is not registered. */
  public @Nullable StageDefinition kind() {
    return action == null ? null : StageDefinition.find(action);
  }

  /** {@code train_network}, ..., or {@code unknown}. */
  public String kindName() {
    StageDefinition kind = kind();
    return kind == null ? UNKNOWN : kind.name();
  }

  public List<Input> inputs() {
    return action == null ? List.of() : action.getInputList();
  }

  /** Of all outputs, whether they are there or not. */
  public long sizeBytes() {
    return result.getOutputList().stream().mapToLong(Output::getSizeBytes).sum();
  }
}
