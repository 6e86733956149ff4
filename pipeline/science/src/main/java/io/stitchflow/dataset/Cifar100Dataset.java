package io.stitchflow.dataset;

import io.stitchflow.v1.Cifar100Files;
import io.stitchflow.v1.Dataset;
import io.stitchflow.v1.ImportDataset;
import java.nio.file.Path;

/** CIFAR-100: 100 classes, or their 20 superclasses. A record starts with the superclass. */
final class Cifar100Dataset extends CifarDataset {
  private static final int CLASSES = 100;
  private static final int SUPERCLASSES = 20;

  Cifar100Dataset() {
    super(Cifar.CIFAR100);
  }

  @Override
  public String name() {
    return "cifar100";
  }

  @Override
  String directory(Dataset dataset) {
    return dataset.getCifar100().getDirectory();
  }

  @Override
  String url(Dataset dataset) {
    return dataset.getCifar100().getUrl();
  }

  @Override
  public ImportDataset parameters(Dataset dataset, Path base) {
    return ImportDataset.newBuilder()
        .setCifar100(Cifar100Files.newBuilder().setCoarse(dataset.getCifar100().getCoarse()))
        .build();
  }

  @Override
  Labels labels(ImportDataset parameters) {
    String title = Cifar.CIFAR100.title();
    return parameters.getCifar100().getCoarse()
        ? new Labels(title + " superclasses", 0, SUPERCLASSES)
        : new Labels(title, 1, CLASSES);
  }
}
