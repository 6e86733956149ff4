package io.stitchflow.dataset;

import io.stitchflow.tensors.Dtype;
import io.stitchflow.tensors.NamedTensor;
import io.stitchflow.tensors.Safetensors;
import io.stitchflow.v1.Dataset;
import io.stitchflow.v1.Synthetic;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import javax.imageio.ImageIO;

/** A small data set of each registered kind, with its source files. */
final class DatasetFixtures {
  private static final int RECORDS = 5;

  private DatasetFixtures() {}

  /**
   * A valid data set with its source files below {@code directory}.
   *
   * @throws IllegalArgumentException if there is none of this kind: add one
   */
  static Dataset write(DatasetKind kind, Path directory) throws IOException {
    Dataset.Builder dataset = Dataset.newBuilder();
    switch (kind.name()) {
      case "cifar10" -> {
        writeRecords(Cifar.CIFAR10, directory);
        dataset.getCifar10Builder().setDirectory(".");
      }
      case "cifar100" -> {
        writeRecords(Cifar.CIFAR100, directory);
        dataset.getCifar100Builder().setDirectory(".").setCoarse(true);
      }
      case "image_folder" -> {
        writeImages(directory);
        dataset.getImageFolderBuilder().setDirectory(".");
      }
      case "synthetic" ->
          dataset.setSynthetic(
              Synthetic.newBuilder().setTrainExamples(20).setTestExamples(10).build());
      case "tensors" -> {
        writeTensors(directory.resolve("data.safetensors"));
        dataset.getTensorsBuilder().setFile("data.safetensors");
      }
      case "stripes" -> dataset.getExtensionBuilder().setName("stripes");
      default -> throw new IllegalArgumentException("no fixture of kind " + kind.name());
    }
    return kind.fill(dataset.build());
  }

  /** Records whose labels are their positions. */
  private static void writeRecords(Cifar cifar, Path directory) throws IOException {
    byte[] records = new byte[RECORDS * cifar.recordBytes()];
    for (int record = 0; record < RECORDS; record++) {
      for (int label = 0; label < cifar.labelBytes(); label++) {
        records[record * cifar.recordBytes() + label] = (byte) record;
      }
    }
    for (Cifar.Member member : cifar.members()) {
      Files.write(directory.resolve(member.file()), records);
    }
  }

  private static void writeTensors(Path file) throws IOException {
    List<NamedTensor> arrays = new ArrayList<>();
    for (String split : List.of("train", "test")) {
      arrays.add(
          TensorsDatasetTest.tensor(
              split + ".x", Dtype.F32, List.of(RECORDS, 3, 2), i -> Math.sqrt(i)));
      arrays.add(TensorsDatasetTest.tensor(split + ".y", Dtype.I64, List.of(RECORDS), i -> i % 3));
    }
    Safetensors.write(file, arrays, new TreeMap<>());
  }

  private static void writeImages(Path directory) throws IOException {
    for (String folder : List.of("train/cat", "train/dog", "train/emu", "test/cat")) {
      Path images = Files.createDirectories(directory.resolve(folder));
      BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
      ImageIO.write(image, "png", images.resolve("one.png").toFile());
      ImageIO.write(image, "png", images.resolve("two.png").toFile());
    }
  }
}
