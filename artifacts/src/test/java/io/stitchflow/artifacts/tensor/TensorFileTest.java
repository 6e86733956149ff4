package io.stitchflow.artifacts.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorFileTest {
  @TempDir Path directory;

  @Test
  void gatherFloats_rowsOfSeveralBatches_areThoseWritten() throws IOException {
    Path path = directory.resolve("float32.arrow");
    int rows = 20;
    int width = 256 * 1024; // 1 MiB a row, 8 rows a batch
    try (TensorFileWriter writer =
        TensorFileWriter.create(
            path,
            "representation",
            List.of(4, width / 4),
            List.of("C", "W"),
            Element.FLOAT32,
            new TreeMap<>(Map.of("b", "2", "a", "1")))) {
      for (int row = 0; row < rows; row++) {
        ByteBuffer floats = floats(width);
        for (int i = 0; i < width; i++) {
          floats.putFloat(row * 1000f + i % 1000);
        }
        writer.writeFloats(floats.flip(), ByteBuffer.wrap(new byte[] {(byte) (200 + row)}));
      }
    }
    try (TensorFile file = TensorFile.open(path)) {
      assertThat(file.rows()).isEqualTo(rows);
      assertThat(file.shape()).containsExactly(4, width / 4);
      assertThat(file.metadata()).isEqualTo(Map.of("a", "1", "b", "2"));
      assertThat(file.label(19)).isEqualTo(219);
      ByteBuffer target = floats(3 * width);
      file.gatherFloats(new int[] {0, 19, 8, 7}, 1, 3, target);
      assertThat(target.remaining()).isEqualTo(3 * width * Float.BYTES);
      assertThat(target.getFloat(0)).isEqualTo(19_000f);
      assertThat(target.getFloat((width + 5) * Float.BYTES)).isEqualTo(8_005f);
      assertThat(target.getFloat((3 * width - 1) * Float.BYTES))
          .isEqualTo(7_000f + (width - 1) % 1000);
    }
    assertThat(Files.size(path)).isLessThan(rows * (width * 4L + 1) + 4096);
  }

  private static ByteBuffer floats(int count) {
    return ByteBuffer.allocateDirect(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
  }
}
