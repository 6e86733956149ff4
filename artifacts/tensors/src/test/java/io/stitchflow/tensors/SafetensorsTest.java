package io.stitchflow.tensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {
  private static final SortedMap<String, String> NOTHING = new TreeMap<>();

  @TempDir Path directory;

  @Test
  void write_smallFile_isByteForByteTheHandWrittenOne() throws IOException {
    String header =
        "{\"__metadata__\":{\"a\":\"1\",\"b\":\"ü\"},"
            + "\"bias\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]},"
            + "\"weights\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[8,16]}}";
    String golden =
        "a000000000000000" // 160 = 153 bytes of header and 7 spaces
            + HexFormat.of().formatHex(header.getBytes(StandardCharsets.UTF_8))
            + "20202020202020"
            + "000000000000f83f" // 1.5
            + "0000803f" // 1
            + "000000c0"; // -2
    Path path = directory.resolve("golden");
    NamedTensor weight = new NamedTensor("weights", Dtype.F32, List.of(1, 2), floats(1f, -2f));
    NamedTensor bias = new NamedTensor("bias", Dtype.F64, List.of(1), doubles(1.5));
    Safetensors.write(path, List.of(weight, bias), new TreeMap<>(Map.of("b", "ü", "a", "1")));
    assertThat(HexFormat.of().formatHex(Files.readAllBytes(path))).isEqualTo(golden);
  }

  @Test
  void read_smallFile_mapsNothing() throws IOException {
    Path path = directory.resolve("small");
    NamedTensor bias = new NamedTensor("bias", Dtype.F32, List.of(2), floats(1f, -2f));
    Safetensors.write(path, List.of(bias), new TreeMap<>());
    SafetensorsFile file = Safetensors.read(path);
    assertThat(file.get("bias").data().getFloat(4)).isEqualTo(-2);
    assertThat(Maps.of(path)).isZero();
  }

  @Test
  void read_whatWasWritten_isTheSame() throws IOException {
    NamedTensor bias = new NamedTensor("bias", Dtype.F32, List.of(2), floats(1f, -2f));
    NamedTensor weight = new NamedTensor("a.weight", Dtype.F32, List.of(1, 3), floats(3f, 4f, 5f));
    NamedTensor scalar = new NamedTensor("scalar", Dtype.F64, List.of(), doubles(-0.0));
    NamedTensor empty = new NamedTensor("none", Dtype.F64, List.of(0, 3), doubles());
    Path path = directory.resolve("network.safetensors");
    Safetensors.write(
        path, List.of(bias, weight, scalar, empty), new TreeMap<>(Map.of("width", "16")));
    SafetensorsFile file = Safetensors.read(path);
    assertThat(file.metadata()).isEqualTo(Map.of("width", "16"));
    assertThat(file.names()).containsExactly("a.weight", "bias", "none", "scalar");
    for (NamedTensor tensor : List.of(bias, weight, scalar, empty)) {
      assertThat(file.get(tensor.name())).isEqualTo(tensor);
    }
    assertThat(file.get("bias").data().order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
  }

  @Test
  void read_aFileWithoutTensors_isEmpty() throws IOException {
    Path path = directory.resolve("empty");
    Safetensors.write(path, List.of(), NOTHING);
    assertThat(Safetensors.read(path).names()).isEmpty();
  }

  @Test
  void get_unknownName_listsTheNames() throws IOException {
    Path path = directory.resolve("file");
    Safetensors.write(
        path, List.of(new NamedTensor("bias", Dtype.F32, List.of(1), floats(1f))), NOTHING);
    SafetensorsFile file = Safetensors.read(path);
    assertThatThrownBy(() -> file.get("weight"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(path + " has no tensor 'weight'; it has [bias]");
  }

  @Test
  void write_invalidNames_areRefused() {
    NamedTensor tensor = new NamedTensor("a", Dtype.F32, List.of(), floats(1f));
    NamedTensor reserved = new NamedTensor("__metadata__", Dtype.F32, List.of(), floats(1f));
    for (List<NamedTensor> tensors : List.of(List.of(tensor, tensor), List.of(reserved))) {
      assertThatThrownBy(() -> Safetensors.write(directory.resolve("no"), tensors, NOTHING))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(directory.resolve("no")).doesNotExist();
  }

  @Test
  void toF32_halves_areTheNumbersTheyStandFor() {
    short[] f16 = {0x3c00, (short) 0xc000, 0x0001, 0x7bff};
    short[] bf16 = {0x3f80, (short) 0xc000, 0x0001, 0x7f7f};
    assertThat(numbers(new NamedTensor("h", Dtype.F16, List.of(4), shorts(f16)).toF32()))
        .containsExactly(1, -2, 0x1p-24f, 65504);
    assertThat(numbers(new NamedTensor("b", Dtype.BF16, List.of(4), shorts(bf16)).toF32()))
        .containsExactly(1, -2, 0x1p-133f, Float.intBitsToFloat(0x7f7f0000));
  }

  @Test
  void toF32_ofOtherNumbers_isRefused() {
    assertThatThrownBy(() -> new NamedTensor("d", Dtype.F64, List.of(1), doubles(1)).toF32())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("tensor 'd' is of F64, and only F32, F16 and BF16 are float32 exactly");
  }

  @Test
  void namedTensor_dataOfAnotherSize_isRefused() {
    assertThatThrownBy(() -> new NamedTensor("w", Dtype.F32, List.of(2, 2), floats(1f, 2f)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("tensor 'w' of F32 [2, 2] takes 16 bytes, but the data has 8");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "[] | does not start with {",
        "{\"a\": | is not JSON",
        "{}{} | has more text after its closing brace",
        "{\"a\":1} | has no list for its shape or data_offsets",
        "{\"__metadata__\":1} | __metadata__ is not an object",
        "{\"__metadata__\":{\"a\":1}} | metadata 'a' is not a string",
        "{} | its tensors end at 0 of 8 bytes",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}} | takes 12 bytes",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}} | a size or offset -2",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2.5],\"data_offsets\":[0,8]}} | a size or offset 2.5",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999],\"data_offsets\":[0,8]}} | a size or",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}} | is not within",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}} | is not within",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}} | is not within",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}} | starts at 4, but",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}} | end at 4 of 8 bytes",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}} | 'b' starts at 4",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}} | has the key 'a' twice",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"shape\":[2]}} | has the key 'shape' twice",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2147483647,2147483647,2147483647],"
            + "\"data_offsets\":[0,8]}} | takes more than 2^63 bytes",
      })
  void read_invalidHeader_isDamaged(String header, String reason) throws IOException {
    Path path = directory.resolve("file");
    Files.write(path, file(header.getBytes(StandardCharsets.UTF_8), new byte[8]));
    assertThatThrownBy(() -> Safetensors.read(path))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining(path.toString())
        .hasMessageContaining(reason)
        .hasMessageContaining("have it written again");
  }

  @Test
  void readForeign_invalidHeader_isInvalidWithoutAdviceToDeleteIt() throws IOException {
    Path path = directory.resolve("file");
    Files.write(path, file("[]".getBytes(StandardCharsets.UTF_8), new byte[0]));
    assertThatThrownBy(() -> Safetensors.readForeign(path))
        .isInstanceOf(InvalidFileException.class)
        .hasMessage(path + ": not a whole safetensors file, its header does not start with {");
  }

  @Test
  void readForeign_arraysOfTypesThatNothingHereReads_leavesTheOthersReadable() throws IOException {
    String header =
        "{\"mask\":{\"dtype\":\"BOOL\",\"shape\":[3],\"data_offsets\":[0,3]},"
            + "\"later\":{\"dtype\":\"F4_LATER\",\"shape\":[7],\"data_offsets\":[3,4]},"
            + "\"bias\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}";
    Path path = directory.resolve("file");
    Files.write(path, file(header.getBytes(StandardCharsets.UTF_8), new byte[8]));
    SafetensorsFile read = Safetensors.readForeign(path);
    assertThat(read.names()).containsExactly("bias", "later", "mask");
    assertThat(read.get("bias").shape()).containsExactly(1);
    assertThat(read.get("mask").dtype()).isEqualTo(Dtype.BOOL);
    assertThat(read.unknownDtype("later")).isEqualTo("F4_LATER");
    assertThatThrownBy(() -> read.get("later")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void rows_ofATensorOfMoreThan2GiB_areReadAlone() throws IOException {
    long bytes = 3L << 30;
    String header =
        "{\"after\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":["
            + bytes
            + ","
            + (bytes + 4)
            + "]},\"large\":{\"dtype\":\"F32\",\"shape\":[786432,1024],\"data_offsets\":[0,"
            + bytes
            + "]}}";
    Path path = directory.resolve("file");
    Files.write(path, file(header.getBytes(StandardCharsets.UTF_8), new byte[0]));
    long start = Files.size(path);
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.write(floats(5f), start + bytes - 1024 * Float.BYTES); // all between is a hole
      channel.write(floats(7f), start + bytes);
    }
    SafetensorsFile read = Safetensors.readForeign(path);
    assertThat(read.shape("large")).containsExactly(786_432, 1024);
    assertThat(read.dtype("large")).isEqualTo(Dtype.F32);
    NamedTensor rows = read.rows("large", 786_430, 2);
    assertThat(rows.shape()).containsExactly(2, 1024);
    assertThat(rows.data().getFloat(0)).isZero();
    assertThat(rows.data().getFloat(1024 * Float.BYTES)).isEqualTo(5f);
    assertThat(read.get("after").data().getFloat()).isEqualTo(7f);
    assertThatThrownBy(() -> read.get("large"))
        .hasMessageContaining("'large' takes 3221225472 bytes, and 2 GiB is too much for one");
    assertThatThrownBy(() -> read.rows("large", 0, 786_432))
        .hasMessageContaining("786432 rows of tensor 'large' take 3221225472 bytes");
    assertThatThrownBy(() -> read.rows("large", 786_431, 2))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void get_ofALargeFileThatHasChanged_fails() throws IOException {
    Path path = directory.resolve("file");
    ByteBuffer data = ByteBuffer.allocate(17 << 20);
    Safetensors.write(
        path, List.of(new NamedTensor("a", Dtype.U8, List.of(data.capacity()), data)), NOTHING);
    SafetensorsFile read = Safetensors.readForeign(path);
    assertThat(read.get("a").data().remaining()).isEqualTo(17 << 20);
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.truncate(1 << 20);
    }
    assertThatThrownBy(() -> read.get("a"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("bytes and has 1048576 now");
  }

  @Test
  void read_cutShort_isDamaged() throws IOException {
    Path path = directory.resolve("file");
    Safetensors.write(
        path, List.of(new NamedTensor("bias", Dtype.F32, List.of(1), floats(1f))), NOTHING);
    byte[] whole = Files.readAllBytes(path);
    for (int length = 0; length < whole.length; length++) {
      Files.write(path, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> Safetensors.read(path)).isInstanceOf(DamagedFileException.class);
    }
  }

  @Test
  void read_aHeaderLengthBeyondTheFile_isDamaged() throws IOException {
    Path path = directory.resolve("file");
    // Lengths are unsigned
    for (long length : new long[] {-1, 11, 1L << 31, Long.MAX_VALUE, Long.MIN_VALUE}) {
      ByteBuffer bytes = ByteBuffer.allocate(18).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
      Files.write(path, bytes.array());
      assertThatThrownBy(() -> Safetensors.read(path))
          .isInstanceOf(DamagedFileException.class)
          .hasMessageContaining(
              "its header of " + Long.toUnsignedString(length) + " bytes does not fit");
    }
  }

  @Test
  void read_aHeaderShorterThanAnEmptyOne_isDamaged() throws IOException {
    Path path = directory.resolve("file");
    for (byte length : new byte[] {0, 1}) {
      Files.write(path, new byte[] {length, 0, 0, 0, 0, 0, 0, 0, '{'});
      assertThatThrownBy(() -> Safetensors.read(path))
          .isInstanceOf(DamagedFileException.class)
          .hasMessageContaining("its header of " + length + " bytes is shorter than an empty one");
    }
  }

  private static byte[] file(byte[] header, byte[] data) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] length = new byte[Long.BYTES];
    ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length);
    bytes.writeBytes(length);
    bytes.writeBytes(header);
    bytes.writeBytes(data);
    return bytes.toByteArray();
  }

  private static ByteBuffer floats(float... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return bytes.flip();
  }

  private static ByteBuffer shorts(short... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asShortBuffer().put(values);
    return bytes;
  }

  private static float[] numbers(NamedTensor tensor) {
    float[] numbers = new float[tensor.data().remaining() / Float.BYTES];
    tensor.data().asFloatBuffer().get(numbers);
    return numbers;
  }

  private static ByteBuffer doubles(double... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (double value : values) {
      bytes.putDouble(value);
    }
    return bytes.flip();
  }
}
