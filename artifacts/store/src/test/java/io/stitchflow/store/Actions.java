package io.stitchflow.store;

import io.stitchflow.content.Digest;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ActionResult;
import io.stitchflow.v1.CollectGram;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.Output;

/** Small actions and results. */
public final class Actions {
  private Actions() {}

  /** Distinct for distinct versions. */
  public static Action action(int version) {
    return Action.newBuilder()
        .setVersion(version)
        .setCollectGram(CollectGram.newBuilder().addWindow(1))
        .build();
  }

  public static Action reading(String role, Digest input) {
    return action(1).toBuilder()
        .addInput(Input.newBuilder().setRole(role).setDigest(input.bytes()))
        .build();
  }

  public static ActionResult result(double seconds, Output... outputs) {
    ActionResult.Builder result = ActionResult.newBuilder().setSeconds(seconds);
    for (Output output : outputs) {
      result.addOutput(output);
    }
    return result.build();
  }

  public static Output output(String name, Digest digest, long sizeBytes) {
    return Output.newBuilder()
        .setName(name)
        .setDigest(digest.bytes())
        .setSizeBytes(sizeBytes)
        .build();
  }

  /** The digest of the result's only output. */
  public static Digest only(ActionResult result) {
    if (result.getOutputCount() != 1) {
      throw new AssertionError("one output, but was: " + result);
    }
    return Digest.from(result.getOutput(0).getDigest());
  }
}
