package io.stitchflow.stage;

import io.stitchflow.memo.StageExecutor;
import io.stitchflow.stitch.FitVanillaStitchExecutor;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.FitVanillaStitch;

/** Trains a vanilla stitch on the task's loss. */
final class FitVanillaStitchStage extends StageDefinition {
  FitVanillaStitchStage() {
    super(
        StageTraits.of("fit_vanilla_stitch", 7, Phase.FIT_STITCHES)
            .makes("vanilla stitch", "vanilla and front stitches")
            .reads(
                "sender",
                "network",
                "sender.validation",
                "receiver",
                "receiver.validation",
                "start",
                "sender.gram",
                "receiver.gram",
                "gram",
                "cross")
            .writes("stitch", BlobFormat.SAFETENSORS)
            .writes("training", BlobFormat.TRAINING_CURVE)
            .withTorch());
  }

  @Override
  public StageExecutor executor() {
    return new FitVanillaStitchExecutor();
  }

  @Override
  public String describe(Action action, Provenance provenance) {
    FitVanillaStitch stitch = action.getFitVanillaStitch();
    return Descriptions.cell(action, stitch.getSenderCut(), stitch.getReceiverCut(), provenance)
        + (stitch.getRank() == 0 ? "" : ", rank " + Integer.toUnsignedString(stitch.getRank()))
        + Descriptions.seed(stitch.getSeed());
  }
}
