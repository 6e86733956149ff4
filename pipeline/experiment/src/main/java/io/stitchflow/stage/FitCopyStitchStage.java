package io.stitchflow.stage;

import io.stitchflow.memo.StageExecutor;
import io.stitchflow.stitch.FitCopyStitchExecutor;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.FitCopyStitch;

/** Trains a copy stitch by SGD. */
final class FitCopyStitchStage extends StageDefinition {
  FitCopyStitchStage() {
    super(
        StageTraits.of("fit_copy_stitch", 4, Phase.FIT_STITCHES)
            .makes("copy stitch (SGD)", "copy stitches, SGD")
            .reads("sender", "receiver")
            .writes("stitch", BlobFormat.SAFETENSORS)
            .writes("training", BlobFormat.TRAINING_CURVE)
            .withTorch());
  }

  @Override
  public StageExecutor executor() {
    return new FitCopyStitchExecutor();
  }

  @Override
  public String describe(Action action, Provenance provenance) {
    FitCopyStitch stitch = action.getFitCopyStitch();
    return Descriptions.cell(action, stitch.getSenderCut(), stitch.getReceiverCut(), provenance)
        + Descriptions.seed(stitch.getSeed());
  }
}
