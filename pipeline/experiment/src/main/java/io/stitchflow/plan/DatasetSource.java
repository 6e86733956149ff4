package io.stitchflow.plan;

import io.stitchflow.artifacts.Digest;
import io.stitchflow.v1.Cifar10Files;
import io.stitchflow.v1.Dataset;
import io.stitchflow.v1.ImportDataset;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The stage that imports the experiment's data set, and what is known of the data before it has
 * run.
 */
record DatasetSource(Stage.Builder stage, String title, int trainExamples, int testExamples) {
  static final String STAGE = "import data set";

  /** A label byte and 3 x 32 x 32 pixels. */
  private static final int CIFAR10_RECORD_BYTES = 3073;

  private static final List<String> CIFAR10_TRAIN =
      List.of("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5");
  private static final String CIFAR10_TEST = "test_batch";

  /**
   * Reads the digests of the files that the data set is made of; paths are relative to {@code
   * base}.
   */
  static DatasetSource of(Dataset dataset, Path base) throws IOException {
    Stage.Builder stage = Stage.newBuilder().setId(STAGE).setGroup(STAGE);
    if (dataset.hasSynthetic()) {
      stage
          .getActionBuilder()
          .setImportDataset(ImportDataset.newBuilder().setSynthetic(dataset.getSynthetic()));
      int train = dataset.getSynthetic().getTrainExamples();
      int test = dataset.getSynthetic().getTestExamples();
      return new DatasetSource(
          stage.setCost(Costs.IMPORT_PER_IMAGE * (train + test)), "synthetic", train, test);
    }
    Path directory = base.resolve(dataset.getCifar10().getDirectory());
    stage
        .getActionBuilder()
        .setImportDataset(ImportDataset.newBuilder().setCifar10(Cifar10Files.getDefaultInstance()));
    int train = 0;
    for (String name : CIFAR10_TRAIN) {
      train += addFile(stage, name, directory);
    }
    int test = addFile(stage, CIFAR10_TEST, directory);
    return new DatasetSource(
        stage.setCost(Costs.IMPORT_PER_IMAGE * (train + test)), "CIFAR-10", train, test);
  }

  private static int addFile(Stage.Builder stage, String name, Path directory) throws IOException {
    Path file = directory.resolve(name + ".bin");
    stage.addSourceFile(file.toAbsolutePath().toString());
    stage
        .getActionBuilder()
        .addInput(Input.newBuilder().setRole(name).setDigest(Digest.of(file).bytes()));
    return (int) (Files.size(file) / CIFAR10_RECORD_BYTES);
  }
}
