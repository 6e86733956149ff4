package io.stitchflow.stage;

import io.stitchflow.dataset.DatasetKind;
import io.stitchflow.dataset.DatasetKinds;
import io.stitchflow.dataset.ImportDatasetExecutor;
import io.stitchflow.memo.StageExecutor;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ImportDataset;
import io.stitchflow.v1.SplitExamples;
import org.jspecify.annotations.Nullable;

/** Reads a data set from its source files and writes its splits. */
final class ImportDatasetStage extends StageDefinition {
  ImportDatasetStage() {
    super(
        StageTraits.of("import_dataset", 2, Phase.IMPORT_DATASETS)
            .makes("data set", "data sets")
            .reads("*")
            .writes("train", BlobFormat.ARROW)
            .writes("validation", BlobFormat.ARROW)
            .writes("test", BlobFormat.ARROW)
            .fromSourceFiles()
            .withoutArithmetic());
  }

  @Override
  public StageExecutor executor() {
    return new ImportDatasetExecutor();
  }

  @Override
  public String describe(Action action, Provenance provenance) {
    return source(action.getImportDataset(), action.getInputCount())
        + split(action.getImportDataset());
  }

  private static String source(ImportDataset dataset, int files) {
    @Nullable DatasetKind kind = DatasetKinds.find(dataset);
    return kind == null ? Descriptions.UNKNOWN : kind.describe(dataset, files);
  }

  /** How the train images of the source were divided. */
  private static String split(ImportDataset dataset) {
    if (!dataset.hasSplit()) {
      return "";
    }
    SplitExamples split = dataset.getSplit();
    return ", split "
        + Integer.toUnsignedString(split.getTrain())
        + " train, "
        + Integer.toUnsignedString(split.getValidation())
        + " validation, "
        + Integer.toUnsignedString(split.getTest())
        + " test"
        + Descriptions.seed(split.getSeed());
  }
}
