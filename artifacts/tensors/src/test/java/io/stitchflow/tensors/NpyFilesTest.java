package io.stitchflow.tensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpyFilesTest {
  private static final String MATRIX =
      "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }";

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void rows_ofEachVersion_areThoseAskedFor(int version) throws IOException {
    NpyFiles files = open(file("a", version, MATRIX, floats(0, 1, 2, 3, 4, 5)));
    assertThat(files.names()).containsExactly("a");
    assertThat(files.dtype("a")).isEqualTo(Dtype.F32);
    assertThat(files.shape("a")).containsExactly(3, 2);
    NamedTensor rows = files.rows("a", 1, 2);
    assertThat(rows.shape()).containsExactly(2, 2);
    float[] numbers = new float[4];
    rows.floats().get(numbers);
    assertThat(numbers).containsExactly(2, 3, 4, 5);
    assertThatThrownBy(() -> files.rows("a", 2, 2)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @ParameterizedTest
  @CsvSource({"UINT8, U8", "FLOAT16, F32", "FLOAT32, F32"})
  void arrays_ofATensorFile_areItsRowsAndLabels(Element element, Dtype dtype) throws IOException {
    Path arrow = directory.resolve("x.arrow");
    try (TensorFileWriter writer =
        TensorFileWriter.create(
            arrow, "x", List.of(2, 1), List.of("C", "H"), element, 300, new TreeMap<>())) {
      for (int row = 0; row < 3; row++) {
        ByteBuffer numbers =
            element == Element.UINT8
                ? ByteBuffer.wrap(new byte[] {(byte) row, (byte) (250 + row)})
                : ByteBuffer.wrap(floats(row, 250 + row)).order(ByteOrder.LITTLE_ENDIAN);
        if (element == Element.FLOAT16) {
          writer.writeFloats(numbers, 100 * row);
        } else {
          writer.write(numbers, 100 * row);
        }
      }
    }
    Path rows = directory.resolve("x.npy");
    Path labels = directory.resolve("y.npy");
    try (TensorFile tensors = TensorFile.open(arrow)) {
      NpyWriter.writeRows(tensors, rows);
      NpyWriter.writeLabels(tensors, labels);
    }
    NpyFiles files = NpyFiles.open(Map.of("x", rows, "y", labels));
    assertThat(files.dtype("x")).isEqualTo(dtype);
    assertThat(files.shape("x")).containsExactly(3, 2, 1);
    NamedTensor all = files.rows("x", 0, 3);
    long[] numbers = new long[6];
    if (dtype == Dtype.U8) {
      numbers = all.integers();
    } else {
      for (int i = 0; i < 6; i++) {
        numbers[i] = (long) all.floats().get(i);
      }
    }
    assertThat(numbers).containsExactly(0, 250, 1, 251, 2, 252);
    assertThat(files.rows("y", 0, 3).integers()).containsExactly(0, 100, 200);
  }

  @ParameterizedTest
  @CsvSource({
    "<i8, I64, 8",
    "<i4, I32, 4",
    "<i2, I16, 2",
    "|i1, I8, 1",
    "<u4, U32, 4",
    "<u2, U16, 2",
    "|u1, U8, 1"
  })
  void integers_ofEachType_areReadWithTheirSign(String type, Dtype dtype, int bytes)
      throws IOException {
    byte[] data = new byte[2 * bytes];
    data[0] = 7;
    Arrays.fill(data, bytes, 2 * bytes, (byte) 0xff);
    String header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (2,), }";
    NpyFiles files = open(file("y", 1, header, data));
    assertThat(files.dtype("y")).isEqualTo(dtype);
    long largest = type.contains("u") ? (1L << (8 * bytes)) - 1 : -1;
    assertThat(files.rows("y", 0, 2).integers()).containsExactly(7, largest);
  }

  @Test
  void identities_ofNumpysUnsignedNumbers_areReadWithoutASign() throws IOException {
    byte[] data = new byte[16];
    Arrays.fill(data, 8, 16, (byte) 0xff);
    String header = "{'descr': '<u8', 'fortran_order': False, 'shape': (2,), }";
    RowIdentities identities = RowIdentities.of(open(file("id", 1, header, data)), "id", 2, "x");
    assertThat(identities.text(0)).isEqualTo("0");
    assertThat(identities.text(1)).isEqualTo("18446744073709551615");
  }

  @ParameterizedTest
  @ValueSource(strings = {">f4", "<c8", "|b1", "<U3"})
  void unknownDtype_ofWhatIsNotRead_isNamed(String type) throws IOException {
    String header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (1,), }";
    NpyFiles files = open(file("x", 1, header, new byte[16]));
    assertThat(files.unknownDtype("x")).isEqualTo(type);
    assertThatThrownBy(() -> files.dtype("x")).hasMessageContaining("no array 'x'");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {'descr': '<f4', 'fortran_order': True, 'shape': (3, 2), } | numpy.ascontiguousarray
          {'descr': '<f4', 'fortran_order': False, 'shape': (3, 3), } | takes 36 bytes, but the data has 24
          {'descr': '<f4', 'fortran_order': False, 'shape': (99999999999), } | header
          {'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (3, 2), } | header
          {} | header
          """)
  void open_headerOfSomethingElse_isRefused(String header, String message) throws IOException {
    Path file = file("a", 1, header, floats(0, 1, 2, 3, 4, 5));
    assertThatThrownBy(() -> open(file))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(message);
  }

  @Test
  void open_cutOffAnywhere_isRefused() throws IOException {
    byte[] whole = Files.readAllBytes(file("a", 1, MATRIX, floats(0, 1, 2, 3, 4, 5)));
    Path cut = directory.resolve("cut");
    for (int length = 0; length < whole.length; length++) {
      Files.write(cut, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> open(cut))
          .as("%s bytes", length)
          .isInstanceOf(InvalidFileException.class);
    }
  }

  @Test
  void open_anyByteChanged_isReadOrRefused() throws IOException {
    byte[] whole = Files.readAllBytes(file("a", 1, MATRIX, floats(0, 1, 2, 3, 4, 5)));
    Path changed = directory.resolve("changed");
    for (int i = 0; i < whole.length; i++) {
      byte[] bytes = whole.clone();
      bytes[i] ^= 0x55;
      Files.write(changed, bytes);
      try {
        NpyFiles files = open(changed);
        if (files.unknownDtype("a") == null) {
          assertThat(files.shape("a").stream().mapToLong(size -> size).reduce(1, (a, b) -> a * b))
              .isEqualTo(24 / files.dtype("a").bytes());
        }
      } catch (InvalidFileException e) {
        assertThat(e).hasMessageContaining(".npy");
      }
    }
  }

  @Test
  void rows_fileChangedSince_areNotRead() throws IOException {
    Path file = file("a", 1, MATRIX, floats(0, 1, 2, 3, 4, 5));
    NpyFiles files = open(file);
    Files.write(file, new byte[7]);
    assertThatThrownBy(() -> files.rows("a", 0, 1))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("has 7 now");
  }

  private static NpyFiles open(Path file) throws IOException {
    return NpyFiles.open(Map.of(name(file), file));
  }

  private static String name(Path file) {
    String name = file.getFileName().toString().replace(".npy", "");
    return name.equals("changed") || name.equals("cut") ? "a" : name;
  }

  private Path file(String name, int version, String header, byte[] data) throws IOException {
    byte[] text = (header + "  \n").getBytes(StandardCharsets.ISO_8859_1);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
    ByteBuffer length = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    length.putInt(text.length);
    bytes.write(length.array(), 0, version == 1 ? Short.BYTES : Integer.BYTES);
    bytes.write(text);
    bytes.write(data);
    return Files.write(directory.resolve(name + ".npy"), bytes.toByteArray());
  }

  private static byte[] floats(float... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }
}
