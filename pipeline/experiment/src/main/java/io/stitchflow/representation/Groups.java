package io.stitchflow.representation;

import com.google.protobuf.ByteString;
import io.stitchflow.artifacts.StageRun;
import io.stitchflow.v1.Input;
import java.util.List;
import java.util.function.Function;

/** What stages must share that run together: another's parameters under its key would be a lie. */
public final class Groups {
  private Groups() {}

  /**
   * Refuses stages that differ in what the first one alone will be asked for.
   *
   * @throws IllegalArgumentException if they differ, with both values
   */
  public static void checkShared(
      List<StageRun> runs, String what, Function<StageRun, Object> property) {
    Object first = property.apply(runs.get(0));
    for (StageRun run : runs) {
      Object other = property.apply(run);
      if (!other.equals(first)) {
        throw new IllegalArgumentException(
            String.format(
                "stages that run together must have one %s, but have: %s, %s", what, first, other));
      }
    }
  }

  /** Digest of the input in {@code role}. */
  public static ByteString input(StageRun run, String role) {
    for (Input input : run.action().getInputList()) {
      if (input.getRole().equals(role)) {
        return input.getDigest();
      }
    }
    throw new IllegalArgumentException("the stage has no input '" + role + "'");
  }
}
