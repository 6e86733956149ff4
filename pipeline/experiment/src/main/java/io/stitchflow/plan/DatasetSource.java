package io.stitchflow.plan;

import io.stitchflow.dataset.DatasetKind;
import io.stitchflow.dataset.DatasetKind.SourceFile;
import io.stitchflow.dataset.DatasetKinds;
import io.stitchflow.dataset.DatasetSummary;
import io.stitchflow.network.ClassificationTask;
import io.stitchflow.spec.SplitSizes;
import io.stitchflow.v1.Dataset;
import io.stitchflow.v1.ImportDataset;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.Stage;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The stage that imports a data set, and the sizes of its outputs.
 *
 * @param title for people
 * @param task what networks classify
 * @param trainExamples of the split that networks are trained on
 * @param validationExamples 0 where there is no such split
 */
record DatasetSource(
    Stage.Builder stage,
    String title,
    ClassificationTask task,
    int trainExamples,
    int validationExamples,
    int testExamples) {
  /** The import of the experiment's data set. */
  static final String STAGE = "import data set";

  String id() {
    return stage.getId();
  }

  /**
   * The import of a valid data set. Reads the digests of its source files.
   *
   * @param id of the stage
   * @param base what its paths are relative to
   * @param downloads directory of downloaded archives
   */
  static DatasetSource of(
      String id, Dataset dataset, DatasetSummary summary, Path base, Path downloads)
      throws IOException {
    DatasetKind kind = DatasetKinds.of(dataset);
    Stage.Builder stage = Stage.newBuilder().setId(id).setGroup(id);
    ImportDataset.Builder parameters =
        stage
            .getActionBuilder()
            .getImportDatasetBuilder()
            .mergeFrom(kind.parameters(dataset, base));
    for (SourceFile source : kind.sources(dataset, base, downloads)) {
      stage.addSourceFile(source.path().toAbsolutePath().toString());
      stage
          .getActionBuilder()
          .addInput(Input.newBuilder().setRole(source.role()).setDigest(source.digest().bytes()));
    }
    int train = summary.trainExamples();
    int test = summary.testExamples();
    SplitSizes sizes = SplitSizes.of(dataset.getSplit(), train, test > 0);
    if (!sizes.isWhole()) {
      parameters.setSplit(sizes.examples(dataset.getSplit().getSeed()));
    }
    if (dataset.hasNormalization()) {
      parameters.setNormalization(dataset.getNormalization());
    }
    stage.setCost(Costs.IMPORT_PER_IMAGE * (train + test));
    long written = sizes.train() + sizes.validation() + sizes.test() + test;
    stage.setOutputBytes(OutputSizes.dataset(summary, written));
    return new DatasetSource(
        stage,
        summary.title() + sizes.words(),
        new ClassificationTask(summary.shape(), summary.classes()),
        Math.toIntExact(sizes.train()),
        Math.toIntExact(sizes.validation()),
        Math.toIntExact(test + sizes.test()));
  }
}
