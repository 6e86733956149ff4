package io.stitchflow.dataset;

import io.stitchflow.v1.Cifar10Files;
import io.stitchflow.v1.Dataset;
import io.stitchflow.v1.ImportDataset;
import java.nio.file.Path;

/** CIFAR-10: 10 classes. */
final class Cifar10Dataset extends CifarDataset {
  private static final int CLASSES = 10;

  Cifar10Dataset() {
    super(Cifar.CIFAR10);
  }

  @Override
  public String name() {
    return "cifar10";
  }

  @Override
  String directory(Dataset dataset) {
    return dataset.getCifar10().getDirectory();
  }

  @Override
  String url(Dataset dataset) {
    return dataset.getCifar10().getUrl();
  }

  @Override
  public ImportDataset parameters(Dataset dataset, Path base) {
    return ImportDataset.newBuilder().setCifar10(Cifar10Files.getDefaultInstance()).build();
  }

  @Override
  Labels labels(ImportDataset parameters) {
    return new Labels(Cifar.CIFAR10.title(), 0, CLASSES);
  }
}
