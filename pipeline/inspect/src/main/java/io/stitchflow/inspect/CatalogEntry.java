package io.stitchflow.inspect;

import io.stitchflow.content.Digest;
import io.stitchflow.plan.StageKind;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ActionResult;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.Output;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A record of the store and the action that it is of.
 *
 * @param action null where the store has lost it
 */
public record CatalogEntry(
    Digest key, @Nullable Action action, ActionResult result, Instant published) implements Item {
  static final String UNKNOWN = "unknown";

  /** Null where the action is lost, or of a newer version of the program. */
  public @Nullable StageKind kind() {
    return action == null || action.getParametersCase() == Action.ParametersCase.PARAMETERS_NOT_SET
        ? null
        : StageKind.of(action);
  }

  /** {@code train_network}, ..., or {@code unknown}. */
  public String kindName() {
    StageKind kind = kind();
    return kind == null ? UNKNOWN : name(kind);
  }

  static String name(StageKind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  public List<Input> inputs() {
    return action == null ? List.of() : action.getInputList();
  }

  /** The digest in the role, or null if there is none. */
  @Nullable Digest input(String role) {
    for (Input input : inputs()) {
      if (input.getRole().equals(role)) {
        return Digest.from(input.getDigest());
      }
    }
    return null;
  }

  /** Of all outputs, whether they are there or not. */
  public long sizeBytes() {
    return result.getOutputList().stream().mapToLong(Output::getSizeBytes).sum();
  }
}
