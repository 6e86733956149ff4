package io.stitchflow.stage;

import io.stitchflow.gc.Eviction;
import io.stitchflow.memo.StageExecutor;
import io.stitchflow.representation.CollectRepresentationExecutor;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.CollectRepresentation;
import java.util.List;

/** Computes the representation of one split at one cut of a network. */
final class CollectRepresentationStage extends StageDefinition {
  private static final List<String> NETWORK = List.of("network");

  CollectRepresentationStage() {
    super(
        StageTraits.of("collect_representation", 4, Phase.COLLECT_REPRESENTATIONS)
            .makes("representation", "representations")
            .reads("network", "dataset")
            .writes("representation", BlobFormat.ARROW)
            .withTorch()
            .evicted(Eviction.FIRST));
  }

  @Override
  public StageExecutor executor() {
    return new CollectRepresentationExecutor();
  }

  @Override
  public String describe(Action action, Provenance provenance) {
    CollectRepresentation parameters = action.getCollectRepresentation();
    String split = Descriptions.UNKNOWN;
    for (Provenance.Maker made : provenance.makers(action, "dataset")) {
      split = made.output();
    }
    return describeRepresentation(action, provenance)
        + ", "
        + split
        + Descriptions.examples(parameters.getExamples())
        + Descriptions.dtype(parameters.getDtype());
  }

  @Override
  public String describeRepresentation(Action action, Provenance provenance) {
    return action.getCollectRepresentation().getCut()
        + " of "
        + Descriptions.networkBehind(action, NETWORK, provenance);
  }

  @Override
  public String describeNetwork(Action action, List<String> roles, Provenance provenance) {
    return Descriptions.networkBehind(action, NETWORK, provenance);
  }
}
