package io.stitchflow.plan;

import io.stitchflow.content.Digest;
import io.stitchflow.content.FolderDigest;
import io.stitchflow.dataset.Cifar;
import io.stitchflow.dataset.JpegDecoder;
import io.stitchflow.spec.CifarDirectory;
import io.stitchflow.spec.ImageFolderDirectory;
import io.stitchflow.spec.SplitSizes;
import io.stitchflow.v1.Cifar100Files;
import io.stitchflow.v1.Cifar10Files;
import io.stitchflow.v1.Dataset;
import io.stitchflow.v1.ImageFolderFiles;
import io.stitchflow.v1.ImportDataset;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.Synthetic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The stage that imports the experiment's data set, and what is known of the data before it has
 * run.
 *
 * @param title for people
 * @param trainExamples of the split that networks are trained on
 * @param validationExamples 0 where there is no such split
 */
public record DatasetSource(
    Stage.Builder stage,
    String title,
    int classes,
    int trainExamples,
    int validationExamples,
    int testExamples) {
  static final String STAGE = "import data set";

  private static final int SYNTHETIC_CLASSES = 10;
  private static final int CIFAR10_CLASSES = 10;
  public static final int FINE_CLASSES = 100;
  public static final int COARSE_CLASSES = 20;

  /** What there is before parts are set apart; {@code test} is 0 where there is no test split. */
  private record Whole(String title, int classes, int train, int test) {}

  /**
   * Reads the digests of the files that the data set is made of; paths are relative to {@code
   * base}, data sets without a directory lie in {@code datasets}.
   */
  static DatasetSource of(Dataset dataset, Path base, Path datasets) throws IOException {
    Stage.Builder stage = Stage.newBuilder().setId(STAGE).setGroup(STAGE);
    ImportDataset.Builder parameters = stage.getActionBuilder().getImportDatasetBuilder();
    Whole whole =
        switch (dataset.getKindCase()) {
          case SYNTHETIC -> synthetic(parameters, dataset.getSynthetic());
          case CIFAR10 -> {
            parameters.setCifar10(Cifar10Files.getDefaultInstance());
            String directory = dataset.getCifar10().getDirectory();
            yield cifar(stage, Cifar.CIFAR10, CIFAR10_CLASSES, directory, base, datasets);
          }
          case CIFAR100 -> {
            boolean coarse = dataset.getCifar100().getCoarse();
            parameters.setCifar100(Cifar100Files.newBuilder().setCoarse(coarse));
            int classes = coarse ? COARSE_CLASSES : FINE_CLASSES;
            String directory = dataset.getCifar100().getDirectory();
            yield cifar(stage, Cifar.CIFAR100, classes, directory, base, datasets);
          }
          case IMAGE_FOLDER -> {
            parameters.setImageFolder(
                ImageFolderFiles.newBuilder().setDecoder(JpegDecoder.digest().bytes()));
            yield folder(stage, base, dataset.getImageFolder().getDirectory());
          }
          case KIND_NOT_SET -> throw new IllegalArgumentException("the data set's kind is not set");
        };
    SplitSizes sizes = SplitSizes.of(dataset.getSplit(), whole.train(), whole.test() > 0);
    if (!sizes.isWhole()) {
      parameters.setSplit(sizes.examples(dataset.getSplit().getSeed()));
    }
    stage.setCost(Costs.IMPORT_PER_IMAGE * (whole.train() + whole.test()));
    return new DatasetSource(
        stage,
        whole.title() + sizes.words(),
        whole.classes(),
        Math.toIntExact(sizes.train()),
        Math.toIntExact(sizes.validation()),
        Math.toIntExact(whole.test() + sizes.test()));
  }

  private static Whole synthetic(ImportDataset.Builder parameters, Synthetic synthetic) {
    parameters.setSynthetic(synthetic);
    return new Whole(
        "synthetic", SYNTHETIC_CLASSES, synthetic.getTrainExamples(), synthetic.getTestExamples());
  }

  private static Whole cifar(
      Stage.Builder stage, Cifar cifar, int classes, String directory, Path base, Path datasets)
      throws IOException {
    String title = classes == COARSE_CLASSES ? cifar.title() + " superclasses" : cifar.title();
    if (directory.isEmpty()) {
      // What the official files are is known before they are there
      Path official = datasets.resolve(cifar.archive().folder());
      for (Cifar.Member member : CifarDirectory.members(cifar)) {
        add(stage, member.role(), official.resolve(member.file()), member.official());
      }
      return new Whole(title, classes, Cifar.TRAIN_EXAMPLES, Cifar.TEST_EXAMPLES);
    }
    int train = 0;
    int test = 0;
    for (Cifar.Member member : CifarDirectory.members(cifar)) {
      Path file = base.resolve(directory).resolve(member.file());
      add(stage, member.role(), file, Digest.of(file));
      int records = (int) (Files.size(file) / cifar.recordBytes());
      train += member.equals(cifar.test()) ? 0 : records;
      test += member.equals(cifar.test()) ? records : 0;
    }
    return new Whole(title, classes, train, test);
  }

  private static Whole folder(Stage.Builder stage, Path base, String directory) throws IOException {
    ImageFolderDirectory listed = ImageFolderDirectory.of(directory, base);
    Path train = base.resolve(directory).resolve("train");
    add(stage, "train", train, FolderDigest.of(train));
    if (listed.testExamples() > 0) {
      Path test = base.resolve(directory).resolve("test");
      add(stage, "test", test, FolderDigest.of(test));
    }
    return new Whole(
        "image folder", listed.classes(), listed.trainExamples(), listed.testExamples());
  }

  private static void add(Stage.Builder stage, String role, Path file, Digest digest) {
    stage.addSourceFile(file.toAbsolutePath().toString());
    stage.getActionBuilder().addInput(Input.newBuilder().setRole(role).setDigest(digest.bytes()));
  }
}
