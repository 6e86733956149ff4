package io.stitchflow.stage;

import io.stitchflow.memo.StageExecutor;
import io.stitchflow.stitch.CollectGramExecutor;
import io.stitchflow.v1.Action;
import java.util.List;
import java.util.stream.Collectors;

/** Sums the second moments of a representation for least squares. */
final class CollectGramStage extends StageDefinition {
  CollectGramStage() {
    super(
        StageTraits.of("collect_gram", 3, Phase.FIT_STITCHES)
            .makes("Gram matrix", "Gram matrices")
            .reads("sender")
            .writes("moments", BlobFormat.SAFETENSORS)
            .withTorch());
  }

  @Override
  public StageExecutor executor() {
    return new CollectGramExecutor();
  }

  @Override
  public String describe(Action action, Provenance provenance) {
    return "of "
        + Descriptions.representation(action, "sender", provenance)
        + sides(", resampled to ", action.getCollectGram().getPositionsList())
        + window(action.getCollectGram().getWindowList());
  }

  /** {@code , window 2x2}; nothing for single positions and vectors. */
  private static String window(List<Integer> window) {
    boolean single = window.stream().allMatch(side -> side == 1);
    return single ? "" : sides(", window ", window);
  }

  private static String sides(String before, List<Integer> sides) {
    return sides.isEmpty()
        ? ""
        : sides.stream().map(String::valueOf).collect(Collectors.joining("x", before, ""));
  }
}
