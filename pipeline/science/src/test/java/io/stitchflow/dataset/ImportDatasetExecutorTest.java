package io.stitchflow.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.content.Digest;
import io.stitchflow.tensors.Element;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.Cifar100Files;
import io.stitchflow.v1.Cifar10Files;
import io.stitchflow.v1.ImportDataset;
import io.stitchflow.v1.SplitExamples;
import io.stitchflow.v1.Synthetic;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportDatasetExecutorTest {
  private static final List<String> ROLES =
      List.of(
          "data_batch_1",
          "data_batch_2",
          "data_batch_3",
          "data_batch_4",
          "data_batch_5",
          "test_batch");
  private static final Action CIFAR10 =
      Action.newBuilder()
          .setImportDataset(
              ImportDataset.newBuilder().setCifar10(Cifar10Files.getDefaultInstance()))
          .build();

  @TempDir Path directory;

  @Test
  void execute_cifar10Files_keepsLabelsPixelsAndOrder() throws IOException {
    for (int i = 0; i < ROLES.size(); i++) {
      Files.write(directory.resolve(ROLES.get(i)), records(i + 1, i));
    }
    List<Double> progress = execute(CIFAR10, directory, directory);
    try (TensorFile train = TensorFile.open(directory.resolve("train"));
        TensorFile test = TensorFile.open(directory.resolve("test"))) {
      assertThat(train.rows()).isEqualTo(1 + 2 + 3 + 4 + 5);
      assertThat(test.rows()).isEqualTo(6);
      assertThat(train.element()).isEqualTo(Element.UINT8);
      assertThat(train.shape()).containsExactly(3, 32, 32);
      assertThat(train.column()).isEqualTo("image");
      // The second record of the third file
      assertThat(train.label(4)).isEqualTo(3);
      ByteBuffer image = ByteBuffer.allocate(3072);
      train.readBytes(4, 1, image);
      for (int i = 0; i < 3072; i++) {
        assertThat(image.get(i)).isEqualTo((byte) (2 + 1 + i));
      }
    }
    assertThat(progress).isSorted().endsWith(1.);
  }

  @Test
  void execute_cifar10OfThisProject_readsAllRecords() throws IOException {
    @Nullable Path files = sharedCifar10();
    if (files == null) {
      return; // the data is not shipped; generated files are tested above
    }
    for (String role : ROLES) {
      Files.copy(files.resolve(role + ".bin"), directory.resolve(role));
    }
    execute(CIFAR10, directory, directory);
    try (TensorFile train = TensorFile.open(directory.resolve("train"));
        TensorFile test = TensorFile.open(directory.resolve("test"))) {
      assertThat(train.rows()).isEqualTo(5085);
      assertThat(test.rows()).isEqualTo(1017);
      // The first images: a frog, and a cat
      assertThat(train.label(0)).isEqualTo(6);
      assertThat(test.label(0)).isEqualTo(3);
    }
  }

  @Test
  void execute_wrongLength_isRefusedWithPathAndLength() throws IOException {
    assertRefused(
        new byte[3074], "data_batch_3: must be one or more records of 3,073 bytes", "3,074");
  }

  @Test
  void execute_emptyFile_isRefused() throws IOException {
    assertRefused(new byte[0], "data_batch_3", "has 0 bytes");
  }

  @Test
  void execute_labelAboveNine_isRefusedWithTheRecord() throws IOException {
    byte[] records = records(3, 0);
    records[2 * 3073] = 10;
    assertRefused(records, "data_batch_3: record 2 (from 0) has label 10", "0 to 9");
  }

  @Test
  void execute_synthetic_isBalancedAndTheSplitsDiffer() throws IOException {
    execute(synthetic(200, 50, 1), directory, directory);
    try (TensorFile train = TensorFile.open(directory.resolve("train"));
        TensorFile test = TensorFile.open(directory.resolve("test"))) {
      assertThat(train.rows()).isEqualTo(200);
      assertThat(test.rows()).isEqualTo(50);
      int[] counts = new int[10];
      Set<ByteBuffer> images = new HashSet<>();
      for (int i = 0; i < 200; i++) {
        counts[train.label(i)]++;
        images.add(image(train, i));
      }
      assertThat(counts).containsOnly(20);
      assertThat(train.label(0) == 0 && train.label(1) == 1 && train.label(2) == 2).isFalse();
      for (int i = 0; i < 50; i++) {
        images.add(image(test, i));
      }
      assertThat(images).hasSize(250);
    }
  }

  @Test
  void execute_synthetic_seedDecidesTheBytes() throws IOException {
    Path first = Files.createDirectory(directory.resolve("first"));
    Path again = Files.createDirectory(directory.resolve("again"));
    Path other = Files.createDirectory(directory.resolve("other"));
    execute(synthetic(30, 10, 1), directory, first);
    execute(synthetic(30, 10, 1), directory, again);
    execute(synthetic(30, 10, 2), directory, other);
    for (String split : List.of("train", "test")) {
      assertThat(Digest.of(again.resolve(split))).isEqualTo(Digest.of(first.resolve(split)));
      assertThat(Digest.of(other.resolve(split))).isNotEqualTo(Digest.of(first.resolve(split)));
    }
  }

  @Test
  void execute_cifar100_takesTheLabelThatIsAskedFor() throws IOException {
    // Record r: superclass r % 20, class 99 - r
    Files.write(directory.resolve("train"), records100(30));
    Files.write(directory.resolve("test"), records100(5));
    Path fine = Files.createDirectory(directory.resolve("fine"));
    Path coarse = Files.createDirectory(directory.resolve("coarse"));
    execute(cifar100(false), directory, fine);
    execute(cifar100(true), directory, coarse);
    try (TensorFile classes = TensorFile.open(fine.resolve("train"));
        TensorFile superclasses = TensorFile.open(coarse.resolve("train"));
        TensorFile test = TensorFile.open(fine.resolve("test"))) {
      assertThat(classes.metadata()).containsEntry("classes", "100");
      assertThat(superclasses.metadata()).containsEntry("classes", "20");
      assertThat(classes.rows()).isEqualTo(30);
      assertThat(test.rows()).isEqualTo(5);
      assertThat(classes.label(25)).isEqualTo(74);
      assertThat(superclasses.label(25)).isEqualTo(5);
      for (int i = 0; i < 3072; i++) {
        assertThat(image(classes, 25).get(i)).isEqualTo((byte) (25 + i));
      }
    }
  }

  @Test
  void execute_cifar100FileOfCifar10_isRefused() throws IOException {
    Files.write(directory.resolve("train"), records(7, 0));
    Files.write(directory.resolve("test"), records100(1));
    Path out = Files.createDirectory(directory.resolve("out"));
    assertThatThrownBy(() -> execute(cifar100(false), directory, out))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be one or more records of 3,074 bytes, but has 21,511 bytes")
        .hasMessageContaining("CIFAR-100");
  }

  @Test
  void execute_cifar100LabelTooLarge_isRefusedWithTheRecord() throws IOException {
    byte[] records = records100(3);
    records[2 * 3074 + 1] = 100;
    Files.write(directory.resolve("train"), records);
    Files.write(directory.resolve("test"), records100(1));
    Path out = Files.createDirectory(directory.resolve("out"));
    assertThatThrownBy(() -> execute(cifar100(false), directory, out))
        .hasMessageContaining("train: record 2 (from 0) has label 100, but labels are 0 to 99");
  }

  @Test
  void execute_split_keepsTheOrderAndTheSourcesTest() throws IOException {
    for (int i = 0; i < ROLES.size(); i++) {
      Files.write(directory.resolve(ROLES.get(i)), records(20, 20 * i));
    }
    Action.Builder action = CIFAR10.toBuilder();
    action
        .getImportDatasetBuilder()
        .setSplit(SplitExamples.newBuilder().setTrain(60).setValidation(30).setSeed(5));
    execute(action.build(), directory, directory);
    Set<Integer> seen = new HashSet<>();
    for (String split : List.of("train", "validation")) {
      try (TensorFile images = TensorFile.open(directory.resolve(split))) {
        assertThat(images.rows()).isEqualTo(split.equals("train") ? 60 : 30);
        int before = -1;
        int[] counts = new int[10];
        for (int row = 0; row < images.rows(); row++) {
          // The first pixel is the place in the source, whose last digit is the class
          int place = image(images, row).get(0) & 0xff;
          assertThat(images.label(row)).isEqualTo(place % 10);
          assertThat(place).isGreaterThan(before).isLessThan(100);
          assertThat(seen.add(place)).isTrue();
          counts[images.label(row)]++;
          before = place;
        }
        assertThat(counts).containsOnly(images.rows() / 10);
      }
    }
    try (TensorFile test = TensorFile.open(directory.resolve("test"))) {
      assertThat(test.rows()).isEqualTo(20);
    }
  }

  @Test
  void execute_syntheticWithSplit_hasTheSameImages() throws IOException {
    Path whole = Files.createDirectory(directory.resolve("whole"));
    Path divided = Files.createDirectory(directory.resolve("divided"));
    execute(synthetic(50, 10, 1), directory, whole);
    Action.Builder action = synthetic(50, 10, 1).toBuilder();
    action
        .getImportDatasetBuilder()
        .setSplit(SplitExamples.newBuilder().setTrain(30).setValidation(20).setSeed(1));
    execute(action.build(), directory, divided);
    Set<ByteBuffer> images = new HashSet<>();
    for (Path file :
        List.of(whole.resolve("train"), divided.resolve("train"), divided.resolve("validation"))) {
      try (TensorFile split = TensorFile.open(file)) {
        for (int row = 0; row < split.rows(); row++) {
          images.add(image(split, row));
        }
      }
    }
    assertThat(images).hasSize(50);
    assertThat(Digest.of(divided.resolve("test"))).isEqualTo(Digest.of(whole.resolve("test")));
  }

  @Test
  void execute_syntheticOfOneSeed_givesTheBytesThatItAlwaysGave() throws IOException {
    execute(synthetic(30, 10, 1), directory, directory);
    assertThat(Digest.of(directory.resolve("train")).hex())
        .isEqualTo("b8099f6da61732f8c372ef632946e35106a9d067266716dca1589a2e0ba4fb29");
    assertThat(Digest.of(directory.resolve("test")).hex())
        .isEqualTo("3444e71ccb6a7ece28513c5e02f92e10e8beea9bceaf4150daf1675e2c975e78");
  }

  private static Action cifar100(boolean coarse) {
    return Action.newBuilder()
        .setImportDataset(
            ImportDataset.newBuilder().setCifar100(Cifar100Files.newBuilder().setCoarse(coarse)))
        .build();
  }

  private static byte[] records100(int count) {
    ByteBuffer records = ByteBuffer.allocate(count * 3074);
    for (int record = 0; record < count; record++) {
      records.put((byte) (record % 20)).put((byte) (99 - record));
      for (int i = 0; i < 3072; i++) {
        records.put((byte) (record + i));
      }
    }
    return records.array();
  }

  private void assertRefused(byte[] thirdBatch, String... fragments) throws IOException {
    for (String role : ROLES) {
      Files.write(directory.resolve(role), records(1, 0));
    }
    Files.write(directory.resolve("data_batch_3"), thirdBatch);
    assertThatThrownBy(() -> execute(CIFAR10, directory, directory))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(fragments);
  }

  /** Record r of {@code count}: label r + base, pixels r + base, r + base + 1, ... */
  private static byte[] records(int count, int base) {
    ByteBuffer records = ByteBuffer.allocate(count * 3073);
    for (int record = 0; record < count; record++) {
      records.put((byte) ((record + base) % 10));
      for (int i = 0; i < 3072; i++) {
        records.put((byte) (record + base + i));
      }
    }
    return records.array();
  }

  private static Action synthetic(int train, int test, long seed) {
    return Action.newBuilder()
        .setImportDataset(
            ImportDataset.newBuilder()
                .setSynthetic(
                    Synthetic.newBuilder()
                        .setTrainExamples(train)
                        .setTestExamples(test)
                        .setNoise(24)
                        .setSeed(seed)))
        .build();
  }

  private static ByteBuffer image(TensorFile file, int row) {
    ByteBuffer image = ByteBuffer.allocate(3072);
    file.readBytes(row, 1, image);
    return image;
  }

  private static List<Double> execute(Action action, Path inputs, Path outputs) throws IOException {
    List<Double> progress = new ArrayList<>();
    new ImportDatasetExecutor()
        .execute(List.of(new FilesRun(action, inputs, outputs)), progress::add);
    return progress;
  }

  private static @Nullable Path sharedCifar10() {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      Path files = at.resolveSibling("shared").resolve("data/cifar-10-batches-bin");
      if (Files.isDirectory(files)) {
        return files;
      }
    }
    return null;
  }
}
