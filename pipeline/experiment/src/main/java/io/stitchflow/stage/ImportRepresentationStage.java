package io.stitchflow.stage;

import io.stitchflow.memo.StageExecutor;
import io.stitchflow.representation.ImportRepresentationExecutor;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ImportRepresentation;
import java.util.List;

/**
 * Converts an array of a user's file to a representation of one split. A stage of its own beside
 * {@link MakeRepresentationStage}, since only the submitting machine has the file.
 */
final class ImportRepresentationStage extends StageDefinition {
  ImportRepresentationStage() {
    super(
        StageTraits.of("import_representation", 1, Phase.COLLECT_REPRESENTATIONS)
            .makes("imported representation", "imported representations")
            .reads("file", "dataset")
            .writes("representation", BlobFormat.ARROW)
            .fromSourceFiles()
            .withoutArithmetic());
  }

  @Override
  public StageExecutor executor() {
    return new ImportRepresentationExecutor();
  }

  @Override
  public String describe(Action action, Provenance provenance) {
    ImportRepresentation parameters = action.getImportRepresentation();
    return "'"
        + parameters.getArray()
        + "' of a file"
        + Descriptions.examples(parameters.getExamples())
        + Descriptions.dtype(parameters.getDtype());
  }

  @Override
  public String describeRepresentation(Action action, Provenance provenance) {
    return "'" + action.getImportRepresentation().getArray() + "' of a file";
  }

  @Override
  public String describeNetwork(Action action, List<String> roles, Provenance provenance) {
    return "a file";
  }
}
