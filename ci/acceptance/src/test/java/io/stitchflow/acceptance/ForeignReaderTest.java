package io.stitchflow.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stitchflow.tensors.ArrowColumn;
import io.stitchflow.tensors.ArrowTable;
import io.stitchflow.tensors.Element;
import io.stitchflow.tensors.TensorFileWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(ForeignReader.class)
class ForeignReaderTest {
  @TempDir Path directory;

  @Test
  void representation_float32_isReadByAnother() throws IOException {
    JsonNode read = ForeignReader.read(floats(Element.FLOAT32));
    assertThat(read).isEqualTo(expected("Float32", "1.5", "-0.10000000149011612"));
  }

  @Test
  void representation_float16_isReadByAnother() throws IOException {
    JsonNode read = ForeignReader.read(floats(Element.FLOAT16));
    assertThat(read).isEqualTo(expected("Float16", "1.5", "-0.0999755859375"));
  }

  @Test
  void dataset_uint8_isReadByAnother() throws IOException {
    Path path = directory.resolve("image.arrow");
    try (TensorFileWriter writer =
        TensorFileWriter.create(
            path, "image", List.of(3), List.of("C"), Element.UINT8, 256, new TreeMap<>())) {
      writer.write(ByteBuffer.wrap(new byte[] {0, 127, (byte) 255}), 9);
    }
    JsonNode read = ForeignReader.read(path);
    assertThat(read.at("/fields/0/type").asText()).isEqualTo("FixedSizeList[3]<Uint8>");
    assertThat(read.at("/columns")).isEqualTo(json("{'image':[['0','127','255']],'label':['9']}"));
  }

  @Test
  void representation_ofSeveralBatches_isReadByAnother() throws IOException {
    Path path = directory.resolve("large.arrow");
    int rows = (8 << 20) + 3; // a batch of 8 MiB, and three rows
    byte[] images = new byte[rows];
    images[rows - 1] = 7;
    int[] labels = new int[rows];
    labels[rows - 1] = 7;
    try (TensorFileWriter writer =
        TensorFileWriter.create(
            path, "image", List.of(1), List.of("C"), Element.UINT8, 256, new TreeMap<>())) {
      writer.write(ByteBuffer.wrap(images), labels);
    }
    JsonNode read = ForeignReader.read(path, rows - 4);
    assertThat(read.at("/batches")).isEqualTo(json("[8388608, 3]"));
    assertThat(read.at("/columns"))
        .isEqualTo(json("{'image':[['0'],['0'],['0'],['7']],'label':['0','0','0','7']}"));
  }

  @Test
  void cells_table_isReadByAnother() throws IOException {
    Path path = directory.resolve("cells.arrow");
    List<ArrowColumn> columns =
        List.of(
            ArrowColumn.strings("sender", List.of("a", "", "ü")),
            ArrowColumn.doubles("ev", Arrays.asList(0.1, null, -1e300)),
            ArrowColumn.doubles("es", List.of(1.0, 2.0, 3.0)),
            ArrowColumn.longs("seed", List.of(Long.MIN_VALUE, 0L, Long.MAX_VALUE)));
    ArrowTable.write(path, columns, new TreeMap<>(Map.of("layout", "1")));
    assertThat(ForeignReader.read(path))
        .isEqualTo(
            json(
                """
                {'metadata': {'layout': '1'},
                 'fields': [
                   {'name': 'sender', 'type': 'Utf8', 'nullable': false, 'metadata': {}},
                   {'name': 'ev', 'type': 'Float64', 'nullable': true, 'metadata': {}},
                   {'name': 'es', 'type': 'Float64', 'nullable': true, 'metadata': {}},
                   {'name': 'seed', 'type': 'Int64', 'nullable': false, 'metadata': {}}],
                 'batches': [3],
                 'columns': {
                   'sender': ['a', '', 'ü'],
                   'ev': ['0.1', null, '-1e+300'],
                   'es': ['1', '2', '3'],
                   'seed': ['-9223372036854775808', '0', '9223372036854775807']}}
                """));
  }

  private Path floats(Element element) throws IOException {
    Path path = directory.resolve(element + ".arrow");
    try (TensorFileWriter writer =
        TensorFileWriter.create(
            path,
            "representation",
            List.of(1, 2),
            List.of("C", "W"),
            element,
            256,
            new TreeMap<>(Map.of("cut", "layer1.0", "network", "a")))) {
      ByteBuffer rows = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
      rows.putFloat(1.5f).putFloat(-0.1f).putFloat(0f).putFloat(Float.NEGATIVE_INFINITY);
      writer.writeFloats(rows.flip(), 3, 200);
    }
    return path;
  }

  private static JsonNode expected(String type, String first, String second) throws IOException {
    return json(
        String.format(
            """
            {'metadata': {'cut': 'layer1.0', 'network': 'a'},
             'fields': [
               {'name': 'representation', 'type': 'FixedSizeList[2]<%s>', 'nullable': false,
                'metadata': {
                  'ARROW:extension:metadata': '{\\"shape\\":[1,2],\\"dim_names\\":[\\"C\\",\\"W\\"]}',
                  'ARROW:extension:name': 'arrow.fixed_shape_tensor'}},
               {'name': 'label', 'type': 'Uint8', 'nullable': false, 'metadata': {}}],
             'batches': [2],
             'columns': {
               'representation': [['%s', '%s'], ['0', '-Infinity']],
               'label': ['3', '200']}}
            """,
            type, first, second));
  }

  /** JSON with apostrophes for quotation marks. */
  private static JsonNode json(String text) throws IOException {
    return new ObjectMapper().readTree(text.replace('\'', '"'));
  }
}
