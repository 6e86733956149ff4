package io.stitchflow.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.dataset.DatasetKind.SourceFile;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.Dataset;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.Tensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Needs 5 GiB of disk. */
class LargeTensorsTest {
  private static final String FILE = "large.safetensors";

  /** Of 1 MiB. */
  private static final int ROWS = 5 * 1024;

  private static final int FEATURES = 1 << 18;

  @TempDir Path directory;

  /** In a process with little memory: a heap that may grow does not show what is needed. */
  @Tag("nightly")
  @Test
  @Timeout(1800)
  void execute_fileOf5GiB_takesLittleMemory() throws Exception {
    write(directory.resolve(FILE));
    Path log = directory.resolve("log");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:MaxDirectMemorySize=32m",
                "-cp",
                System.getProperty("java.class.path"),
                LargeTensorsTest.class.getName(),
                directory.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    assertThat(process.waitFor()).as(() -> text(log)).isZero();
    try (TensorFile train = TensorFile.open(directory.resolve("train"))) {
      assertThat(train.rows()).isEqualTo(ROWS);
      ByteBuffer row = ByteBuffer.allocate(FEATURES * Float.BYTES);
      for (int i : new int[] {0, 2049, ROWS - 1}) {
        train.readFloats(i, 1, row);
        assertThat(row.getFloat(0)).as("row %s", i).isEqualTo(i);
        assertThat(row.getFloat((FEATURES - 1) * Float.BYTES)).isZero();
        assertThat(train.label(i)).isEqualTo(i % 2);
      }
    }
  }

  /** A row of zeros but for its first number, the row's place: most of the file is a hole. */
  private static void write(Path file) throws IOException {
    long rowBytes = FEATURES * (long) Float.BYTES;
    long labels = ROWS * rowBytes;
    String json =
        String.join(
            ",",
            entry("train.x", "F32", List.of(ROWS, FEATURES), 0, labels),
            entry("train.y", "U8", List.of(ROWS), labels, labels + ROWS),
            entry("test.x", "F32", List.of(1, FEATURES), labels + ROWS, labels + ROWS + rowBytes),
            entry(
                "test.y",
                "U8",
                List.of(1),
                labels + ROWS + rowBytes,
                labels + ROWS + rowBytes + 1));
    byte[] header = ("{" + json + "}").getBytes(StandardCharsets.UTF_8);
    ByteBuffer number = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      channel.write(number.putLong(header.length).flip());
      channel.write(ByteBuffer.wrap(header));
      long start = channel.position();
      for (int row = 0; row < ROWS; row++) {
        number.clear().putFloat(row).flip();
        channel.write(number, start + row * rowBytes);
      }
      ByteBuffer trainLabels = ByteBuffer.allocate(ROWS);
      for (int row = 0; row < ROWS; row++) {
        trainLabels.put((byte) (row % 2));
      }
      channel.write(trainLabels.flip(), start + labels);
      channel.write(ByteBuffer.allocate(1), start + labels + ROWS + rowBytes);
    }
  }

  private static String entry(
      String name, String dtype, List<Integer> shape, long start, long end) {
    return String.format(
        Locale.ROOT,
        "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}",
        name,
        dtype,
        shape,
        start,
        end);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Plans and imports the file of a folder as a run does. */
  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    Dataset dataset = Dataset.newBuilder().setTensors(Tensors.newBuilder().setFile(FILE)).build();
    DatasetKind kind = DatasetKinds.of(dataset);
    DatasetSummary summary = kind.summarize(dataset, folder);
    if (!summary.problems().isEmpty() || summary.trainExamples() != ROWS) {
      throw new IllegalStateException(summary.toString());
    }
    Action.Builder action = Action.newBuilder().setImportDataset(kind.parameters(dataset, folder));
    List<SourceFile> sources = kind.sources(dataset, folder, folder);
    for (SourceFile source : sources) {
      action.addInput(Input.newBuilder().setRole(source.role()).setDigest(source.digest().bytes()));
    }
    Files.createSymbolicLink(folder.resolve("file"), sources.get(0).path());
    new ImportDatasetExecutor()
        .execute(List.of(new FilesRun(action.build(), folder, folder)), share -> {});
  }
}
