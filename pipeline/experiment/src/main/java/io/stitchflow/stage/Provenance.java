package io.stitchflow.stage;

import io.stitchflow.v1.Action;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which stages made the inputs of an action, as far as it is recorded. */
@FunctionalInterface
public interface Provenance {
  /** The stages that made the first input in {@code role}; empty where none is recorded. */
  List<Maker> makers(Action action, String role);

  /**
   * A stage that made an input.
   *
   * @param action null where its record has lost it
   * @param output the name under which the stage published the input
   */
  record Maker(@Nullable Action action, String output) {}
}
