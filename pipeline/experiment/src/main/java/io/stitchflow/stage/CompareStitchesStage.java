package io.stitchflow.stage;

import io.stitchflow.comparison.CompareStitchesExecutor;
import io.stitchflow.memo.StageExecutor;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.CompareStitches;

/** Measures the vanilla stitch, the copy, those between them and those of low rank of a cell. */
final class CompareStitchesStage extends StageDefinition {
  CompareStitchesStage() {
    super(
        StageTraits.of("compare_stitches", 8, Phase.COMPARE_STITCHES)
            .makes("comparison", "comparisons")
            .reads(
                "vanilla",
                "vanilla.*",
                "training.*",
                "copy",
                "front.*",
                "rank.*",
                "vanilla.previous",
                "sender.train",
                "sender.test",
                "receiver.train",
                "receiver.test",
                "network",
                "sender.predictions",
                "receiver.predictions")
            .writes("comparison", BlobFormat.COMPARISON)
            .withTorch());
  }

  @Override
  public StageExecutor executor() {
    return new CompareStitchesExecutor();
  }

  @Override
  public String describe(Action action, Provenance provenance) {
    CompareStitches cell = action.getCompareStitches();
    return Descriptions.cell(action, cell.getSenderCut(), cell.getReceiverCut(), provenance);
  }
}
