package io.stitchflow.content;

import io.stitchflow.v1.Action;
import java.util.Locale;

/** The name of the stage that an action belongs to. */
public final class StageName {
  private StageName() {}

  /**
   * The field of the action's parameters, such as {@code train_network}, or the name in its
   * extension; {@code parameters_not_set} for an action of a newer version of the program.
   */
  public static String of(Action action) {
    return action.hasExtension()
        ? action.getExtension().getStage()
        : action.getParametersCase().name().toLowerCase(Locale.ROOT);
  }
}
