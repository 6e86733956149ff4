package io.stitchflow.representation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.stitch.Bench;
import io.stitchflow.stitch.Subject;
import io.stitchflow.tensors.Dtype;
import io.stitchflow.tensors.NamedTensor;
import io.stitchflow.tensors.Safetensors;
import io.stitchflow.tensors.TensorFile;
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
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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
                stage(write(array("test", Dtype.F32, List.of(ROWS, 2), i -> i / 3f)), 0))
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
    return bench
        .execute(new ImportRepresentationExecutor(), stage(file, examples))
        .resolve("representation");
  }

  private Bench.Run stage(Path file, int examples) throws IOException {
    return bench.stage(
        Action.newBuilder()
            .setImportRepresentation(
                ImportRepresentation.newBuilder()
                    .setArray("test")
                    .setLabels("test.y")
                    .setExamples(examples)
                    .setDtype(ElementType.FLOAT32)),
        "file",
        file,
        "dataset",
        images);
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
