package io.stitchflow.tensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.content.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.ipc.message.ArrowBlock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Arrow's own readers open what is written here. */
class ArrowFormatTest {
  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(Element.class)
  void tensorFile_readByArrow_isTheSame(Element element) throws IOException {
    Path path = tensors(element);
    try (BufferAllocator allocator = new RootAllocator();
        ArrowFileReader reader = new ArrowFileReader(FileChannel.open(path), allocator)) {
      assertThat(reader.getVectorSchemaRoot().getSchema().getCustomMetadata())
          .isEqualTo(Map.of("a", "1"));
      assertThat(rows(reader)).isEqualTo(expected(element));
    }
  }

  @ParameterizedTest
  @CsvSource({"I64, 8, -1", "U64, 8, -1", "U8, 3, '[-1, -1, -1]'"})
  void tensorFile_withIdentitiesReadByArrow_isTheSame(Dtype dtype, int bytes, String second)
      throws IOException {
    Path path = directory.resolve("identified");
    ByteBuffer identities = ByteBuffer.allocate(2 * bytes).put(0, (byte) 7);
    for (int i = bytes; i < 2 * bytes; i++) {
      identities.put(i, (byte) 0xff);
    }
    try (TensorFileWriter writer =
        TensorFileWriter.create(
            path,
            "image",
            List.of(2),
            List.of("C"),
            Element.UINT8,
            256,
            new IdentityType(dtype, bytes),
            new TreeMap<>())) {
      writer.write(ByteBuffer.allocate(4), identities, 1, 2);
    }
    try (BufferAllocator allocator = new RootAllocator();
        ArrowFileReader reader = new ArrowFileReader(FileChannel.open(path), allocator)) {
      VectorSchemaRoot root = reader.getVectorSchemaRoot();
      assertThat(reader.loadNextBatch()).isTrue();
      FieldVector vector = root.getVector("id");
      assertThat(vector.getNullCount()).isZero();
      assertThat(text(vector.getObject(0))).isEqualTo(dtype == Dtype.U8 ? "[7, 0, 0]" : "7");
      assertThat(text(vector.getObject(1))).isEqualTo(second);
      assertThat(values(root.getVector("label"))).hasSize(2);
    }
  }

  private static String text(Object value) {
    return value instanceof byte[] bytes ? Arrays.toString(bytes) : String.valueOf(value);
  }

  @Test
  void tensorFile_readAsAStream_isTheSame() throws IOException {
    Path path = tensors(Element.FLOAT32);
    try (BufferAllocator allocator = new RootAllocator();
        InputStream in = Files.newInputStream(path)) {
      in.skipNBytes(8); // what a file has before a stream
      try (ArrowStreamReader reader = new ArrowStreamReader(in, allocator)) {
        assertThat(rows(reader)).isEqualTo(expected(Element.FLOAT32));
      }
    }
  }

  @Test
  void tensorFile_bodies_startAtMultiplesOf64() throws IOException {
    Path path = directory.resolve("file");
    int width = 1 << 20;
    try (TensorFileWriter writer =
        TensorFileWriter.create(
            path, "x", List.of(width), List.of("C"), Element.FLOAT32, 256, new TreeMap<>())) {
      writer.write(ByteBuffer.allocate(5 * width * Float.BYTES), 0, 0, 0, 0, 0);
    }
    try (BufferAllocator allocator = new RootAllocator();
        ArrowFileReader reader = new ArrowFileReader(FileChannel.open(path), allocator)) {
      List<ArrowBlock> blocks = reader.getRecordBlocks();
      assertThat(blocks).hasSize(3);
      for (ArrowBlock block : blocks) {
        assertThat((block.getOffset() + block.getMetadataLength()) % 64).isZero();
      }
    }
  }

  /** A change here makes every cached representation another one. */
  @Test
  void tensorFile_thisContent_hasThisDigest() throws IOException {
    assertThat(Digest.of(tensors(Element.FLOAT16)).hex())
        .isEqualTo("b4b92e4de4d1c4147e8933a84c98e20d32d77649c8c50947cae5015f0f968fb1");
  }

  @Test
  void table_readByArrow_isTheSame() throws IOException {
    Path path = table("table");
    try (BufferAllocator allocator = new RootAllocator();
        ArrowFileReader reader = new ArrowFileReader(FileChannel.open(path), allocator)) {
      VectorSchemaRoot root = reader.getVectorSchemaRoot();
      assertThat(root.getSchema().getCustomMetadata()).isEqualTo(Map.of("layout", "1"));
      assertThat(reader.loadNextBatch()).isTrue();
      assertThat(root.getRowCount()).isEqualTo(3);
      assertThat(values(root.getVector("cut"))).asString().isEqualTo("[stem, , läyer1.0]");
      assertThat(values(root.getVector("ev"))).containsExactly(0.5, null, Double.NaN);
      assertThat(values(root.getVector("all"))).containsExactly(1.0, 2.0, 3.0);
      assertThat(values(root.getVector("seed"))).containsExactly(Long.MIN_VALUE, 0L, 7L);
      assertThat(reader.loadNextBatch()).isFalse();
    }
  }

  @Test
  void table_writtenTwice_hasTheSameBytes() throws IOException {
    assertThat(Digest.of(table("one"))).isEqualTo(Digest.of(table("two")));
  }

  @Test
  void table_columnsThatDiffer_areRefused() {
    ArrowColumn one = ArrowColumn.longs("a", List.of(1L));
    ArrowColumn two = ArrowColumn.longs("b", List.of(1L, 2L));
    for (List<ArrowColumn> columns : List.of(List.of(one, two), List.of(one, one))) {
      assertThatThrownBy(() -> ArrowTable.write(directory.resolve("t"), columns, new TreeMap<>()))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private Path table(String name) throws IOException {
    Path path = directory.resolve(name);
    List<ArrowColumn> columns =
        List.of(
            ArrowColumn.strings("cut", List.of("stem", "", "läyer1.0")),
            ArrowColumn.doubles("ev", Arrays.asList(0.5, null, Double.NaN)),
            ArrowColumn.doubles("all", List.of(1.0, 2.0, 3.0)),
            ArrowColumn.longs("seed", List.of(Long.MIN_VALUE, 0L, 7L)));
    ArrowTable.write(path, columns, new TreeMap<>(Map.of("layout", "1")));
    return path;
  }

  private Path tensors(Element element) throws IOException {
    Path path = directory.resolve(element.name());
    try (TensorFileWriter writer =
        TensorFileWriter.create(
            path,
            "representation",
            List.of(1, 3),
            List.of("C", "W"),
            element,
            256,
            new TreeMap<>(Map.of("a", "1")))) {
      int[] labels = {9, 255};
      if (element == Element.UINT8) {
        writer.write(ByteBuffer.wrap(new byte[] {0, 1, 2, 3, 4, 5}), labels);
      } else {
        ByteBuffer rows = ByteBuffer.allocate(6 * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 6; i++) {
          rows.putFloat(i);
        }
        writer.writeFloats(rows.flip(), labels);
      }
    }
    return path;
  }

  private static List<String> expected(Element element) {
    return switch (element) {
      case UINT8 -> List.of("[0,1,2] 9", "[3,4,5] 255");
      case FLOAT16 -> List.of("[0,15360,16384] 9", "[16896,17408,17664] 255"); // bits of 0 to 5
      case FLOAT32 -> List.of("[0.0,1.0,2.0] 9", "[3.0,4.0,5.0] 255");
    };
  }

  private static List<String> rows(ArrowReader reader) throws IOException {
    VectorSchemaRoot root = reader.getVectorSchemaRoot();
    List<String> rows = new ArrayList<>();
    while (reader.loadNextBatch()) {
      for (int row = 0; row < root.getRowCount(); row++) {
        Object tensor = root.getVector("representation").getObject(row);
        int label = ((Number) root.getVector("label").getObject(row)).intValue() & 0xff;
        rows.add(tensor + " " + label);
      }
    }
    return rows;
  }

  private static List<Object> values(FieldVector vector) {
    List<Object> values = new ArrayList<>();
    for (int row = 0; row < vector.getValueCount(); row++) {
      values.add(vector.getObject(row));
    }
    return values;
  }
}
