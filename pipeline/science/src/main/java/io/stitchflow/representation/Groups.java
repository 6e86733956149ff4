package io.stitchflow.representation;

import com.google.protobuf.ByteString;
import io.stitchflow.memo.StageRun;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.Input;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
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
                Locale.ROOT,
                "stages that run together must have one %s, but have: %s, %s",
                what,
                first,
                other));
      }
    }
  }

  /**
   * Opens the lane that all stages are to be computed in, once their inputs are there: what the
   * store has lost is made again first, while no GPU waits for it.
   *
   * @throws IllegalArgumentException if the stages differ in their toolchain, or this worker
   *     computes with another
   */
  public static Lane openLane(List<StageRun> runs) throws IOException {
    checkShared(runs, "toolchain", run -> run.action().getToolchain());
    for (StageRun run : runs) {
      for (Input input : run.action().getInputList()) {
        run.input(input.getRole());
      }
    }
    return Lane.open(runs.get(0).action().getToolchain());
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
