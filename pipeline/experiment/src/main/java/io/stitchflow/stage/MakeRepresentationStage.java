package io.stitchflow.stage;

import io.stitchflow.gc.Eviction;
import io.stitchflow.memo.StageExecutor;
import io.stitchflow.representation.Baseline;
import io.stitchflow.representation.Baselines;
import io.stitchflow.representation.MakeRepresentationExecutor;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.MakeRepresentation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the representation of one split that a baseline sends. */
final class MakeRepresentationStage extends StageDefinition {
  MakeRepresentationStage() {
    super(
        StageTraits.of("make_representation", 1, Phase.COLLECT_REPRESENTATIONS)
            .makes("baseline representation", "baseline representations")
            .reads("dataset", "of")
            .writes("representation", BlobFormat.ARROW)
            .withoutArithmetic()
            .evicted(Eviction.FIRST));
  }

  @Override
  public StageExecutor executor() {
    return new MakeRepresentationExecutor();
  }

  @Override
  public String describe(Action action, Provenance provenance) {
    MakeRepresentation parameters = action.getMakeRepresentation();
    return describeRepresentation(action, provenance)
        + (parameters.getSplit().isEmpty()
            ? ""
            : ", " + parameters.getSplit() + Descriptions.seed(parameters.getSeed()))
        + Descriptions.examples(parameters.getExamples())
        + Descriptions.dtype(parameters.getDtype());
  }

  @Override
  public String describeRepresentation(Action action, Provenance provenance) {
    MakeRepresentation parameters = action.getMakeRepresentation();
    @Nullable Baseline baseline = Baselines.find(parameters.getSource());
    if (baseline == null) {
      return Descriptions.UNKNOWN;
    }
    String input = Descriptions.representation(action, "of", provenance);
    return baseline.describe(
        parameters.getSource(), input.equals(Descriptions.UNKNOWN) ? "pixels" : input);
  }

  @Override
  public String describeNetwork(Action action, List<String> roles, Provenance provenance) {
    return "a baseline";
  }
}
