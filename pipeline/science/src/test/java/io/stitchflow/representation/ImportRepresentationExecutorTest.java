package io.stitchflow.representation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.stitch.Bench;
import io.stitchflow.stitch.Subject;
import io.stitchflow.tensors.Dtype;
import io.stitchflow.tensors.Element;
import io.stitchflow.tensors.IdentityType;
import io.stitchflow.tensors.NamedTensor;
import io.stitchflow.tensors.Safetensors;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.tensors.TensorFileWriter;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ElementType;
import io.stitchflow.v1.ImportRepresentation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.function.IntToDoubleFunction;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ImportRepresentationExecutorTest {
  private static final int ROWS = Subject.TEST_EXAMPLES;

  @TempDir static Path directory;

  private Bench bench = new Bench(directory);
  private Path images = directory;

  @BeforeAll
  void makeImages() throws IOException {
    bench = new Bench(directory);
    images = Subject.dataset(bench).resolve("test");
  }

  @ParameterizedTest
  @EnumSource(
      value = Dtype.class,
      names = {"F32", "F16", "BF16", "F64"})
  void execute_eachNumberType_writesTheNumbersWithTheLabelsOfTheImages(Dtype dtype)
      throws IOException {
    // Quarters below 16 have 6 bits, which all types hold
    IntToDoubleFunction numbers = i -> i % 64 / 4.;
    Path file = write(array("test", dtype, List.of(ROWS, 2, 1, 1), numbers));
    try (TensorFile made = open(run(file, 0));
        TensorFile labelled = TensorFile.open(images)) {
      assertThat(made.shape()).containsExactly(2, 1, 1);
      assertThat(made.rows()).isEqualTo(ROWS);
      Examples examples = new Examples(made);
      for (int row = 0; row < ROWS; row++) {
        assertThat((double) examples.read(row).get(1))
            .isEqualTo(numbers.applyAsDouble(2 * row + 1));
        assertThat(made.label(row)).isEqualTo(labelled.label(row));
      }
    }
  }

  /** Three tokens of two features. */
  @Test
  void execute_tokens_areMapsOfWidthOne() throws IOException {
    Path file = write(array("test", Dtype.F32, List.of(ROWS, 3, 2), i -> i));
    try (TensorFile made = open(run(file, 0))) {
      assertThat(made.shape()).containsExactly(2, 3, 1);
      FloatBuffer second = new Examples(made).read(1);
      float[] numbers = new float[second.remaining()];
      second.get(numbers);
      assertThat(numbers).containsExactly(6, 8, 10, 7, 9, 11);
    }
  }

  @Test
  void execute_float64_isRoundedToTheNearest() throws IOException {
    Path file = write(array("test", Dtype.F64, List.of(ROWS, 1), i -> 0.1));
    try (TensorFile made = open(run(file, 0))) {
      assertThat(new Examples(made).read(5).get(0)).isEqualTo(0.1f);
    }
  }

  @Test
  void execute_arrowFileOfARepresentation_writesTheSameNumbers() throws IOException {
    float[] values = new float[ROWS * 2];
    for (int i = 0; i < values.length; i++) {
      values[i] = i / 3f;
    }
    Path exported =
        bench
            .execute(
                new ImportRepresentationExecutor(),
                stage(write(array("test", Dtype.F32, List.of(ROWS, 2), i -> i / 3f)), images, 0))
            .resolve("representation");
    try (TensorFile again = open(run(exported, 0))) {
      for (int row = 0; row < ROWS; row++) {
        assertThat(new Examples(again).read(row).get(1)).isEqualTo(values[2 * row + 1]);
      }
    }
  }

  @Test
  void execute_labelsOfTheImages_areAccepted() throws IOException {
    try (TensorFile labelled = TensorFile.open(images)) {
      Path file =
          write(
              array("test", Dtype.F32, List.of(ROWS, 1), i -> i),
              array("test.y", Dtype.I64, List.of(ROWS), labelled::label));
      try (TensorFile made = open(run(file, 0))) {
        assertThat(made.rows()).isEqualTo(ROWS);
      }
    }
  }

  @Test
  void execute_oneOtherLabel_isRefusedWithItsRow() throws IOException {
    try (TensorFile labelled = TensorFile.open(images)) {
      int wrong = (labelled.label(17) + 1) % 10;
      Path file =
          write(
              array("test", Dtype.F32, List.of(ROWS, 1), i -> i),
              array("test.y", Dtype.I64, List.of(ROWS), i -> i < 17 ? labelled.label(i) : wrong));
      assertThatThrownBy(() -> run(file, 0))
          .hasMessageContaining(
              "row 17 has the label "
                  + wrong
                  + ", but the data set's image has "
                  + labelled.label(17));
    }
  }

  @Test
  void execute_identitiesOfTheRows_areAccepted() throws IOException {
    Path identified = identified(new IdentityType(Dtype.I64, 8), row -> row / 2);
    NamedTensor numbers = array("test", Dtype.F32, List.of(ROWS, 1), i -> i);
    Path same = write(numbers, array("test.id", Dtype.I64, List.of(ROWS), i -> i >> 1));
    // A train array may end early
    Path fewer =
        write(
            array("test", Dtype.F32, List.of(50, 1), i -> i),
            array("test.id", Dtype.I64, List.of(50), i -> i >> 1));
    // What follows the rows that are kept is not compared
    Path later =
        write(numbers, array("test.id", Dtype.I64, List.of(ROWS), i -> i < 60 ? i / 2 : -1));
    Path withoutThem = write(numbers);
    assertRows(run(same, identified, 0), ROWS);
    assertRows(run(fewer, identified, 50), 50);
    assertRows(run(later, identified, 60), 60);
    assertRows(run(withoutThem, identified, 0), ROWS);
    // The data set's images have none
    assertRows(run(later, images, 0), ROWS);
    assertThatThrownBy(() -> run(later, identified, 61))
        .hasMessage(
            "the representation of file 'test': row 60 has the identity -1, but the data set's row"
                + " 60 has 30; write the rows in the data set's order");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 41, ROWS - 1})
  void execute_oneOtherIdentity_isRefusedWithItsRow(int row) throws IOException {
    Path identified = identified(new IdentityType(Dtype.U8, 2), each -> 'a' + each / 26);
    Path text =
        write(
            array("test", Dtype.F32, List.of(ROWS, 1), i -> i),
            array(
                "test.id",
                Dtype.U8,
                List.of(ROWS, 3),
                i -> i % 3 > 0 ? 0 : i / 3 == row ? '?' : 'a' + i / 3 / 26));
    assertThatThrownBy(() -> run(text, identified, 0))
        .hasMessageContaining(
            "row "
                + row
                + " has the identity '?', but the data set's row "
                + row
                + " has '"
                + (char) ('a' + row / 26)
                + "'; write the rows in the data set's order");
  }

  @Test
  void execute_numberInPlaceOfText_isAnotherIdentity() throws IOException {
    Path identified = identified(new IdentityType(Dtype.U8, 2), each -> '7');
    Path file =
        write(
            array("test", Dtype.F32, List.of(ROWS, 1), i -> i),
            array("test.id", Dtype.I64, List.of(ROWS), i -> 7));
    assertThatThrownBy(() -> run(file, identified, 0))
        .hasMessageContaining("row 0 has the identity 7, but the data set's row 0 has '7'");
  }

  @Test
  void execute_identitiesOfAnotherTypeOrNumber_areRefused() throws IOException {
    NamedTensor numbers = array("test", Dtype.F32, List.of(ROWS, 1), i -> i);
    Path floats = write(numbers, array("test.id", Dtype.F32, List.of(ROWS), i -> i));
    Path fewer = write(numbers, array("test.id", Dtype.I64, List.of(2), i -> i));
    assertThatThrownBy(() -> run(floats, 0)).hasMessageContaining("'test.id' is of F32; write");
    assertThatThrownBy(() -> run(fewer, 0))
        .hasMessageContaining("'test.id' is [2], but 'test' has 90 rows; write an identity a row");
  }

  private static void assertRows(Path representation, int rows) throws IOException {
    try (TensorFile made = open(representation)) {
      assertThat(made.rows()).isEqualTo(rows);
    }
  }

  /** Examples with identities: a byte of each, and zeros. */
  private static Path identified(IdentityType type, IntUnaryOperator identity) throws IOException {
    Path file = Files.createTempFile(directory, "identified", "");
    try (TensorFileWriter writer =
        TensorFileWriter.create(
            file, "example", List.of(1), List.of("D"), Element.UINT8, 10, type, new TreeMap<>())) {
      for (int row = 0; row < ROWS; row++) {
        ByteBuffer bytes =
            ByteBuffer.allocate(type.bytes()).put(0, (byte) identity.applyAsInt(row));
        writer.write(ByteBuffer.allocate(1), bytes, 0);
      }
    }
    return file;
  }

  @Test
  void execute_notFiniteNumber_isRefusedWithItsRow() throws IOException {
    Path file = write(array("test", Dtype.F32, List.of(ROWS, 2), i -> i == 7 ? Double.NaN : i));
    assertThatThrownBy(() -> run(file, 0))
        .hasMessageContaining("row 3 has NaN at index 1; each number must be finite as float32");
  }

  @Test
  void execute_float64BeyondFloat32_isRefusedWithItsRow() throws IOException {
    Path file = write(array("test", Dtype.F64, List.of(ROWS, 1), i -> i == 2 ? 1e300 : i));
    assertThatThrownBy(() -> run(file, 0)).hasMessageContaining("row 2 has Infinity at index 0");
  }

  @Test
  void execute_otherNumberOfRows_isRefused() throws IOException {
    Path more = write(array("test", Dtype.F32, List.of(ROWS + 1, 1), i -> i));
    Path fewer = write(array("test", Dtype.F32, List.of(50, 1), i -> i));
    assertThatThrownBy(() -> run(more, 0))
        .hasMessageContaining("it has 91 rows, but the split has 90 images; write a row an image");
    assertThatThrownBy(() -> run(fewer, 60))
        .hasMessageContaining("it has 50 rows, but the split has 90 images, of which 60 are used");
    try (TensorFile made = open(run(fewer, 50))) {
      assertThat(made.rows()).isEqualTo(50);
    }
  }

  @Test
  void open_otherArrays_areRefused() throws IOException {
    Path integers = write(array("test", Dtype.I64, List.of(ROWS, 1), i -> i));
    Path five = write(array("test", Dtype.F32, List.of(ROWS, 2, 2, 1, 1), i -> i));
    Path other = write(array("layer6.test", Dtype.F32, List.of(ROWS, 2), i -> i));
    Path shortLabels =
        write(
            array("test", Dtype.F32, List.of(ROWS, 1), i -> i),
            array("test.y", Dtype.I64, List.of(2), i -> i));
    assertThatThrownBy(() -> run(integers, 0))
        .hasMessageContaining("'test' is of I64; write F32, F16, BF16 or F64");
    assertThatThrownBy(() -> run(five, 0))
        .hasMessageContaining(
            "'test' is [90, 2, 2, 1, 1]; write [images, channels, height, width], [images, tokens,"
                + " features] or [images, channels]");
    assertThatThrownBy(() -> run(other, 0))
        .hasMessageContaining("it has no array 'test'; it has layer6.test");
    assertThatThrownBy(() -> run(shortLabels, 0)).hasMessageContaining("write a label a row");
    assertThatThrownBy(() -> run(images, 0)).hasMessageContaining("it holds a data set");
    Path text = Files.writeString(directory.resolve("text"), "0.5 0.25");
    assertThatThrownBy(() -> run(text, 0)).hasMessageContaining("not a whole safetensors file");
    Path cut = Files.write(directory.resolve("cut"), "ARROW1".getBytes(StandardCharsets.US_ASCII));
    assertThatThrownBy(() -> run(cut, 0)).hasMessageContaining("not a whole Arrow file");
  }

  private Path run(Path file, int examples) throws IOException {
    return run(file, images, examples);
  }

  private Path run(Path file, Path dataset, int examples) throws IOException {
    return bench
        .execute(new ImportRepresentationExecutor(), stage(file, dataset, examples))
        .resolve("representation");
  }

  private Bench.Run stage(Path file, Path dataset, int examples) throws IOException {
    return bench.stage(
        Action.newBuilder()
            .setImportRepresentation(
                ImportRepresentation.newBuilder()
                    .setArray("test")
                    .setLabels("test.y")
                    .setIdentities("test.id")
                    .setExamples(examples)
                    .setDtype(ElementType.FLOAT32)),
        "file",
        file,
        "dataset",
        dataset);
  }

  private static TensorFile open(Path file) throws IOException {
    return TensorFile.open(file);
  }

  private static Path write(NamedTensor... arrays) throws IOException {
    Path file = Files.createTempFile(directory, "arrays", ".safetensors");
    Safetensors.write(file, List.of(arrays), new TreeMap<>());
    return file;
  }

  /** Numbers by their place in the array, exact in its type. */
  private static NamedTensor array(
      String name, Dtype dtype, List<Integer> shape, IntToDoubleFunction numbers) {
    int count = shape.stream().reduce(1, Math::multiplyExact);
    ByteBuffer bytes = ByteBuffer.allocate(count * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      double number = numbers.applyAsDouble(i);
      switch (dtype) {
        case F32 -> bytes.putFloat((float) number);
        case F64 -> bytes.putDouble(number);
        case I64 -> bytes.putLong((long) number);
        case U8 -> bytes.put((byte) number);
        case BF16 -> bytes.putShort((short) (Float.floatToIntBits((float) number) >>> 16));
        case F16 -> bytes.putShort(half(number));
        default -> throw new IllegalArgumentException(dtype.name());
      }
    }
    return new NamedTensor(name, dtype, shape, bytes.flip());
  }

  /** Of a number from 0 that 11 bits hold. */
  private static short half(double number) {
    if (number == 0) {
      return 0;
    }
    int exponent = Math.getExponent(number);
    int fraction = (int) ((number / Math.scalb(1., exponent) - 1) * 1024);
    return (short) ((exponent + 15) << 10 | fraction);
  }
}
