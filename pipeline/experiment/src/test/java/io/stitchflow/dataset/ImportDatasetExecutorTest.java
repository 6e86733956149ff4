package io.stitchflow.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.artifacts.Digest;
import io.stitchflow.artifacts.StageRun;
import io.stitchflow.artifacts.tensor.Element;
import io.stitchflow.artifacts.tensor.TensorFile;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.Cifar10Files;
import io.stitchflow.v1.ImportDataset;
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
    new ImportDatasetExecutor().execute(List.of(new Run(action, inputs, outputs)), progress::add);
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

  private record Run(Action action, Path inputs, Path outputs) implements StageRun {
    @Override
    public Path input(String role) {
      return inputs.resolve(role);
    }

    @Override
    public Path output(String name) {
      return outputs.resolve(name);
    }
  }
}
