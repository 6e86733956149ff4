package io.stitchflow.stage;

import io.stitchflow.memo.StageExecutor;
import io.stitchflow.stitch.CollectCrossMomentsExecutor;
import io.stitchflow.v1.Action;

/** Sums the cross moments of two representations for least squares. */
final class CollectCrossMomentsStage extends StageDefinition {
  CollectCrossMomentsStage() {
    super(
        StageTraits.of("collect_cross_moments", 3, Phase.FIT_STITCHES)
            .makes("cross moments", "cross moments")
            .reads("sender", "receiver")
            .writes("moments", BlobFormat.SAFETENSORS)
            .withTorch());
  }

  @Override
  public StageExecutor executor() {
    return new CollectCrossMomentsExecutor();
  }

  @Override
  public String describe(Action action, Provenance provenance) {
    return Descriptions.representation(action, "sender", provenance)
        + " with "
        + Descriptions.representation(action, "receiver", provenance);
  }
}
