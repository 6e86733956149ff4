package io.stitchflow.stage;

import io.stitchflow.memo.StageExecutor;
import io.stitchflow.stitch.SolveCopyStitchExecutor;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.SolveCopyStitch;

/** Solves a copy stitch by least squares from moments. */
final class SolveCopyStitchStage extends StageDefinition {
  SolveCopyStitchStage() {
    super(
        StageTraits.of("solve_copy_stitch", 5, Phase.FIT_STITCHES)
            .makes("copy stitch (least squares)", "copy stitches, least squares")
            .reads("gram", "cross")
            .writes("stitch", BlobFormat.SAFETENSORS));
  }

  @Override
  public StageExecutor executor() {
    return new SolveCopyStitchExecutor();
  }

  @Override
  public String describe(Action action, Provenance provenance) {
    SolveCopyStitch stitch = action.getSolveCopyStitch();
    return Descriptions.cell(action, stitch.getSenderCut(), stitch.getReceiverCut(), provenance);
  }
}
