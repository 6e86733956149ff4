package io.stitchflow.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.stitchflow.dataset.DatasetKind.SourceFile;
import io.stitchflow.network.NetworkInputs;
import io.stitchflow.tensors.Dtype;
import io.stitchflow.tensors.Element;
import io.stitchflow.tensors.NamedTensor;
import io.stitchflow.tensors.Safetensors;
import io.stitchflow.tensors.SafetensorsFile;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.Dataset;
import io.stitchflow.v1.ExampleNormalization;
import io.stitchflow.v1.ImportDataset;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.Tensors;
import io.stitchflow.v1.TensorsFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.IntToDoubleFunction;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TensorsDatasetTest {
  private static final DatasetKind KIND =
      DatasetKinds.of(Dataset.newBuilder().setTensors(tensors("")).build());
  private static final int TRAIN = 12;
  private static final int TEST = 5;

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64", "F16", "BF16", "U8"})
  void examples_ofEachType_keepTheirNumbers(Dtype dtype) throws IOException {
    // Whole numbers up to 255 are exact in each type but bfloat16, which has 8 bits
    IntToDoubleFunction value = i -> i % 100;
    write(List.of(4, 3), dtype, value, i -> i % 3);
    Path out = importAll(Dataset.newBuilder().setTensors(tensors("data")).build());
    try (TensorFile train = TensorFile.open(out.resolve("train"));
        TensorFile test = TensorFile.open(out.resolve("test"))) {
      assertThat(train.shape()).containsExactly(4, 3);
      assertThat(train.dimNames()).containsExactly("T", "D");
      assertThat(train.rows()).isEqualTo(TRAIN);
      assertThat(test.rows()).isEqualTo(TEST);
      assertThat(train.element())
          .isEqualTo(
              switch (dtype) {
                case U8 -> Element.UINT8;
                case F16 -> Element.FLOAT16;
                default -> Element.FLOAT32;
              });
      assertThat(train.metadata()).containsEntry("classes", "3").doesNotContainKey("mean");
      ByteBuffer row = ByteBuffer.allocate(12 * Float.BYTES);
      for (int i = 0; i < TRAIN; i++) {
        train.readFloats(i, 1, row);
        FloatBuffer numbers = row.asFloatBuffer();
        for (int j = 0; j < 12; j++) {
          assertThat(numbers.get(j)).isEqualTo((float) value.applyAsDouble(12 * i + j));
        }
        assertThat(train.label(i)).isEqualTo(i % 3);
      }
    }
  }

  @Test
  void examples_asNumpyWritesThem_areThoseOfSafetensors() throws IOException {
    write(List.of(4), Dtype.F32, i -> i / 7., i -> i % 2);
    addArray(tensor("train.id", Dtype.I64, List.of(TRAIN), i -> 7 * i));
    Path out = importAll(Dataset.newBuilder().setTensors(tensors("data")).build());
    Path folder = Files.createDirectory(directory.resolve("folder"));
    for (String name : List.of("train.x", "train.y", "train.id", "test.x", "test.y")) {
      writeNpy(folder, Safetensors.read(directory.resolve("data")).get(name));
    }
    Dataset.Builder dataset = Dataset.newBuilder();
    dataset.getTensorsBuilder().setDirectory("folder");
    assertThat(KIND.sources(dataset.build(), directory, directory))
        .extracting(SourceFile::role)
        .containsExactly("train.x", "train.y", "train.id", "test.x", "test.y");
    Path ofNpy = importAll(dataset.build());
    assertThat(ofNpy.resolve("train")).hasSameBinaryContentAs(out.resolve("train"));
    assertThat(ofNpy.resolve("test")).hasSameBinaryContentAs(out.resolve("test"));
  }

  @Test
  void examples_inArrowFiles_areThoseOfSafetensors() throws IOException {
    write(List.of(2, 2), Dtype.F32, i -> i / 7., i -> i % 2);
    addArray(tensor("train.id", Dtype.I64, List.of(TRAIN), i -> 7 * i));
    addArray(tensor("test.id", Dtype.I64, List.of(TEST), i -> 7 * i));
    Path out = importAll(dataset("data"));
    writeArrow("arrow/train.arrow", "x", TRAIN, 0);
    writeArrow("arrow/test.arrow", "x", TEST, 0);
    Dataset dataset = folder("arrow");
    DatasetSummary summary = KIND.summarize(dataset, directory);
    assertThat(summary.problems()).isEmpty();
    assertThat(summary.shape()).containsExactly(2, 2);
    assertThat(summary.testExamples()).isEqualTo(TEST);
    assertThat(KIND.sources(dataset, directory, directory))
        .extracting(SourceFile::role)
        .containsExactly("train.arrow", "test.arrow");
    Path ofArrow = importAll(dataset);
    assertThat(ofArrow.resolve("train")).hasSameBinaryContentAs(out.resolve("train"));
    assertThat(ofArrow.resolve("test")).hasSameBinaryContentAs(out.resolve("test"));
  }

  @Test
  void summarize_arrowFilesThatDoNotFit_areProblemsOfTheDirectory() throws IOException {
    writeArrow("arrow/test.arrow", "x", TEST, 0);
    assertFolderProblem("arrow/train.arrow cannot be read");
    writeArrow("arrow/train.arrow", "image", TRAIN, 0);
    assertFolderProblem(
        "arrow/train.arrow: it has no column 'x', but [image, y, id]; name the columns [x, y]");
    writeArrow("arrow/train.arrow", "x", TRAIN, 1);
    assertFolderProblem("column 'y' of train.arrow has the label -1 in row 1; labels are");
    Files.createFile(directory.resolve("arrow/train.y.npy"));
    assertFolderProblem("has files of two formats, [train.arrow, train.y, test.arrow]; keep");
  }

  private void assertFolderProblem(String text) {
    assertThat(KIND.summarize(folder("arrow"), directory).problems())
        .singleElement()
        .satisfies(problem -> assertThat(problem.field()).isEqualTo("directory"))
        .satisfies(problem -> assertThat(problem.text()).contains(text).contains(";"));
  }

  private static Dataset folder(String name) {
    return Dataset.newBuilder().setTensors(Tensors.newBuilder().setDirectory(name)).build();
  }

  /**
   * Rows of [2, 2] as {@link #write} writes them, with identities.
   *
   * @param below 1 for labels below 0 in odd rows, else 0
   */
  private void writeArrow(String name, String column, int rows, int below) throws IOException {
    Field item =
        new Field(
            "item",
            FieldType.nullable(new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE)),
            List.of());
    FieldType list = FieldType.nullable(new ArrowType.FixedSizeList(2));
    FieldType number = FieldType.nullable(new ArrowType.Int(64, true));
    Schema schema =
        new Schema(
            List.of(
                new Field(column, list, List.of(new Field("item", list, List.of(item)))),
                new Field("y", number, List.of()),
                new Field("id", number, List.of())));
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    try (BufferAllocator allocator = new RootAllocator();
        VectorSchemaRoot root = VectorSchemaRoot.create(schema, allocator);
        OutputStream out = Files.newOutputStream(file);
        ArrowFileWriter writer = new ArrowFileWriter(root, null, Channels.newChannel(out))) {
      root.allocateNew();
      FixedSizeListVector x = (FixedSizeListVector) root.getVector(column);
      FixedSizeListVector inner = (FixedSizeListVector) x.getDataVector();
      for (int row = 0; row < rows; row++) {
        x.setNotNull(row);
        for (int i = 4 * row; i < 4 * row + 4; i++) {
          inner.setNotNull(i / 2);
          ((Float4Vector) inner.getDataVector()).setSafe(i, (float) (i / 7.));
        }
        ((BigIntVector) root.getVector("y")).setSafe(row, row % 2 - 2L * below * (row % 2));
        ((BigIntVector) root.getVector("id")).setSafe(row, 7L * row);
      }
      inner.getDataVector().setValueCount(4 * rows);
      inner.setValueCount(2 * rows);
      root.setRowCount(rows);
      writer.writeBatch();
      writer.end();
    }
  }

  @Test
  void identities_ofEachSplit_areKeptWithTheirRows() throws IOException {
    write(List.of(2), Dtype.F32, i -> i, i -> i % 3);
    Path plain = importAll(dataset("data"));
    // Several rows may have one identity
    addArray(tensor("train.id", Dtype.I64, List.of(TRAIN), i -> 100 + i / 2));
    addArray(tensor("test.id", Dtype.U8, List.of(TEST, 3), i -> i % 3 == 2 ? 0 : 'a' + i / 3));
    Path out = importAll(dataset("data"));
    try (TensorFile train = TensorFile.open(out.resolve("train"));
        TensorFile test = TensorFile.open(out.resolve("test"));
        TensorFile without = TensorFile.open(plain.resolve("train"))) {
      assertThat(IntStream.range(0, TRAIN).mapToObj(train::identity))
          .containsExactlyElementsOf(
              IntStream.range(0, TRAIN).mapToObj(i -> String.valueOf(100 + i / 2)).toList());
      assertThat(IntStream.range(0, TEST).mapToObj(test::identity))
          .containsExactly("'aa'", "'bb'", "'cc'", "'dd'", "'ee'");
      assertThat(train.label(4)).isEqualTo(1);
      assertThat(without.hasIdentities()).isFalse();
    }
    Dataset.Builder divided = dataset("data").toBuilder();
    divided.getSplitBuilder().getValidationBuilder().setExamples(6);
    divided.getSplitBuilder().setSeed(1);
    Path parts = importAll(divided.build());
    try (TensorFile train = TensorFile.open(parts.resolve("train"));
        TensorFile validation = TensorFile.open(parts.resolve("validation"))) {
      List<Integer> rows = new ArrayList<>(rowsByIdentity(train));
      rows.addAll(rowsByIdentity(validation));
      assertThat(rows).hasSize(TRAIN).doesNotHaveDuplicates();
    }
  }

  /** Which rows of the source a part has, by its examples; each must have the row's identity. */
  private static List<Integer> rowsByIdentity(TensorFile part) {
    List<Integer> rows = new ArrayList<>();
    ByteBuffer numbers = ByteBuffer.allocate(2 * Float.BYTES);
    for (int i = 0; i < part.rows(); i++) {
      part.readFloats(i, 1, numbers);
      int row = (int) numbers.asFloatBuffer().get(0) / 2;
      assertThat(part.identity(i)).isEqualTo(String.valueOf(100 + row / 2));
      rows.add(row);
    }
    return rows;
  }

  @Test
  void parameters_ofFilesWithoutIdentities_sayNothing() throws IOException {
    write(List.of(2), Dtype.F32, i -> i, i -> 0);
    Dataset dataset = dataset("data");
    assertThat(KIND.parameters(dataset, directory))
        .isEqualTo(
            ImportDataset.newBuilder().setTensors(TensorsFiles.getDefaultInstance()).build());
    addArray(tensor("test.id", Dtype.I64, List.of(TEST), i -> i));
    assertThat(KIND.parameters(dataset, directory).getTensors().getIdentities()).isTrue();
    Path out = importAll(dataset);
    try (TensorFile train = TensorFile.open(out.resolve("train"));
        TensorFile test = TensorFile.open(out.resolve("test"))) {
      assertThat(train.hasIdentities()).isFalse();
      assertThat(test.hasIdentities()).isTrue();
    }
  }

  /** Adds an array to the file that {@link #write} wrote. */
  private void addArray(NamedTensor array) throws IOException {
    SafetensorsFile file = Safetensors.read(directory.resolve("data"));
    List<NamedTensor> arrays = new ArrayList<>(List.of(array));
    for (String name : file.names()) {
      arrays.add(file.get(name));
    }
    Safetensors.write(directory.resolve("data"), arrays, new TreeMap<>());
  }

  @Test
  void labels_ofManyClasses_areKept() throws IOException {
    write(List.of(2), Dtype.F32, i -> i, i -> 60_000 + i);
    Dataset dataset = Dataset.newBuilder().setTensors(tensors("data")).build();
    assertThat(KIND.summarize(dataset, directory).classes()).isEqualTo(60_000 + TRAIN);
    try (TensorFile train = TensorFile.open(importAll(dataset).resolve("train"))) {
      assertThat(IntStream.range(0, TRAIN).map(train::label).toArray())
          .containsExactly(IntStream.range(60_000, 60_000 + TRAIN).toArray());
    }
  }

  @Test
  void fromTrain_anyShape_isMeanAndDeviationOfEachChannelOverTheTrainPart() throws IOException {
    write(List.of(2, 3, 1), Dtype.F32, i -> Math.sin(i) * (1 + i / 3 % 2 * 9) + 1e4, i -> i % 2);
    Dataset.Builder dataset = Dataset.newBuilder().setTensors(tensors("data"));
    dataset.setNormalization(ExampleNormalization.newBuilder().setFromTrain(true));
    NetworkInputs.Scale whole = scale(importAll(dataset.build()));
    List<List<Double>> channels = List.of(new ArrayList<>(), new ArrayList<>());
    for (int i = 0; i < TRAIN * 6; i++) {
      float value = (float) (Math.sin(i) * (1 + i / 3 % 2 * 9) + 1e4);
      channels.get(i / 3 % 2).add((double) value);
    }
    for (int channel = 0; channel < 2; channel++) {
      double mean = channels.get(channel).stream().mapToDouble(v -> v).average().orElseThrow();
      double variance =
          channels.get(channel).stream()
              .mapToDouble(v -> (v - mean) * (v - mean))
              .average()
              .orElseThrow();
      assertThat(whole.mean().get(channel)).isCloseTo(mean, within(1e-9));
      assertThat(whole.deviation().get(channel)).isCloseTo(Math.sqrt(variance), within(1e-9));
    }
    dataset.getSplitBuilder().getValidationBuilder().setExamples(6);
    dataset.getSplitBuilder().setSeed(1);
    NetworkInputs.Scale ofPart = scale(importAll(dataset.build()));
    assertThat(ofPart.mean()).isNotEqualTo(whole.mean());
  }

  @Test
  void fromTrain_channelThatNeverChanges_isRefused() throws IOException {
    write(List.of(2), Dtype.F32, i -> i % 2 == 1 ? 3 : i, i -> i % 2);
    Dataset.Builder dataset = Dataset.newBuilder().setTensors(tensors("data"));
    dataset.setNormalization(ExampleNormalization.newBuilder().setFromTrain(true));
    assertThatThrownBy(() -> importAll(dataset.build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("channel 1 of the train examples is 3.0 everywhere");
  }

  @Test
  void write_numberThatIsNotFinite_isRefusedWithItsPlace() throws IOException {
    write(List.of(2, 2), Dtype.F32, i -> i == 4 * 3 + 2 ? Double.NaN : i, i -> 0);
    assertThatThrownBy(() -> importAll(Dataset.newBuilder().setTensors(tensors("data")).build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("'train.x' has NaN in row 3 at index 2; each number must be finite as float32");
  }

  @ParameterizedTest
  @CsvSource({"3, label 3 in row 3", "65536, ''"})
  void summarize_labelsAboveTheClasses_areRefusedByTheImport(int classes, String message)
      throws IOException {
    write(List.of(2), Dtype.F32, i -> i, i -> i);
    Dataset.Builder dataset = Dataset.newBuilder().setTensors(tensors("data"));
    dataset.getTensorsBuilder().setClasses(classes);
    if (message.isEmpty()) {
      assertThat(importAll(dataset.build()).resolve("train")).exists();
    } else {
      assertThatThrownBy(() -> importAll(dataset.build())).hasMessageContaining(message);
    }
  }

  @Test
  void summarize_arraysThatDoNotFit_areProblemsOfTheFile() throws IOException {
    List<NamedTensor> arrays = new ArrayList<>();
    assertProblem(arrays, "has no array 'train.x'");
    arrays.add(tensor("train.x", Dtype.I64, List.of(4, 2), i -> i));
    assertProblem(arrays, "'train.x' is of I64; write float32");
    arrays.set(0, tensor("train.x", Dtype.F32, List.of(4), i -> i));
    assertProblem(arrays, "has no array 'train.y'");
    arrays.add(tensor("train.y", Dtype.F32, List.of(4), i -> i));
    assertProblem(arrays, "'train.y' is of F32; write whole numbers");
    arrays.set(1, tensor("train.y", Dtype.I64, List.of(4), i -> i));
    assertProblem(arrays, "'train.x' is [4]; write [examples, channels, height, width]");
    arrays.set(0, tensor("train.x", Dtype.F32, List.of(3, 2), i -> i));
    assertProblem(arrays, "'train.y' is [4], but 'train.x' is [3, 2]; write a label an example");
    arrays.set(0, tensor("train.x", Dtype.F32, List.of(4, 2), i -> i));
    arrays.add(tensor("test.id", Dtype.I64, List.of(4), i -> i));
    assertProblem(arrays, "has no array 'test.x'");
    arrays.set(2, tensor("train.id", Dtype.F32, List.of(4), i -> i));
    assertProblem(arrays, "'train.id' is of F32; write whole numbers [rows], or bytes");
    arrays.set(2, tensor("train.id", Dtype.I64, List.of(5), i -> i));
    assertProblem(arrays, "'train.id' is [5], but 'train.x' has 4 rows; write an identity a row");
    arrays.set(2, tensor("test.y", Dtype.I64, List.of(4), i -> i));
    assertProblem(arrays, "has no array 'test.x'");
    arrays.add(tensor("test.x", Dtype.F32, List.of(4, 3), i -> i));
    assertProblem(arrays, "train.x has examples [2] FLOAT32, but test.x [3] FLOAT32");
    arrays.set(1, tensor("train.y", Dtype.I64, List.of(4), i -> -i));
    assertProblem(arrays, "'train.y' has the label -1 in row 1");
    arrays.set(1, tensor("train.y", Dtype.I64, List.of(4), i -> 70_000));
    assertProblem(arrays, "'train.y' has the label 70000 in row 0");
    Files.writeString(directory.resolve("data"), "nothing");
    assertThat(KIND.summarize(dataset("data"), directory).problems()).hasSize(1);
    assertThat(KIND.summarize(dataset("nowhere"), directory).problems()).hasSize(1);
    assertThat(KIND.summarize(dataset(""), directory).problems().get(0).text())
        .contains("is missing");
  }

  private void assertProblem(List<NamedTensor> arrays, String text) throws IOException {
    Safetensors.write(directory.resolve("data"), arrays, new TreeMap<>());
    assertThat(KIND.summarize(dataset("data"), directory).problems())
        .singleElement()
        .satisfies(problem -> assertThat(problem.field()).isEqualTo("file"))
        .satisfies(problem -> assertThat(problem.text()).contains(text).contains(";"));
  }

  private static Dataset dataset(String file) {
    return Dataset.newBuilder().setTensors(tensors(file)).build();
  }

  private static Tensors tensors(String file) {
    return Tensors.newBuilder().setFile(file).build();
  }

  private void write(
      List<Integer> shape, Dtype dtype, IntToDoubleFunction value, IntToLongFunction label)
      throws IOException {
    List<NamedTensor> arrays = new ArrayList<>();
    for (String split : List.of("train", "test")) {
      int rows = split.equals("train") ? TRAIN : TEST;
      List<Integer> all = new ArrayList<>(List.of(rows));
      all.addAll(shape);
      arrays.add(tensor(split + ".x", dtype, all, value));
      arrays.add(tensor(split + ".y", Dtype.I64, List.of(rows), label::applyAsLong));
    }
    Safetensors.write(directory.resolve("data"), arrays, new TreeMap<>());
  }

  static NamedTensor tensor(
      String name, Dtype dtype, List<Integer> shape, IntToDoubleFunction value) {
    int count = shape.stream().reduce(1, Math::multiplyExact);
    ByteBuffer data = ByteBuffer.allocate(count * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      double number = value.applyAsDouble(i);
      switch (dtype) {
        case F32 -> data.putFloat((float) number);
        case F64 -> data.putDouble(number);
        case F16 -> data.putShort(half((int) number));
        case BF16 -> data.putShort((short) (Float.floatToIntBits((float) number) >>> 16));
        case I64 -> data.putLong((long) number);
        case U8 -> data.put((byte) number);
        default -> throw new IllegalArgumentException(dtype.name());
      }
    }
    return new NamedTensor(name, dtype, shape, data.flip());
  }

  /** IEEE 754 binary16 of a whole number from 0 to 2048. */
  private static short half(int number) {
    if (number == 0) {
      return 0;
    }
    int exponent = 31 - Integer.numberOfLeadingZeros(number);
    return (short) (((exponent + 15) << 10) | ((number << (10 - exponent)) & 0x3ff));
  }

  private static void writeNpy(Path folder, NamedTensor tensor) throws IOException {
    String shape =
        tensor
            .shape()
            .toString()
            .replace("[", "(")
            .replace("]", tensor.shape().size() == 1 ? ",)" : ")");
    String header =
        "{'descr': '"
            + (tensor.dtype() == Dtype.I64 ? "<i8" : "<f4")
            + "', 'fortran_order': False, 'shape': "
            + shape
            + ", }\n";
    ByteBuffer bytes =
        ByteBuffer.allocate(10 + header.length() + tensor.data().remaining())
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    bytes.putShort((short) header.length());
    bytes.put(header.getBytes(StandardCharsets.US_ASCII)).put(tensor.data());
    Files.write(folder.resolve(tensor.name() + ".npy"), bytes.array());
  }

  private static NetworkInputs.Scale scale(Path outputs) throws IOException {
    try (TensorFile train = TensorFile.open(outputs.resolve("train"));
        TensorFile test = TensorFile.open(outputs.resolve("test"))) {
      assertThat(test.metadata()).isEqualTo(train.metadata());
      return Objects.requireNonNull(NetworkInputs.Scale.of(train));
    }
  }

  /** Imports as a run would. */
  private Path importAll(Dataset dataset) throws IOException {
    Action.Builder action = Action.newBuilder();
    ImportDataset.Builder parameters =
        action.getImportDatasetBuilder().mergeFrom(KIND.parameters(dataset, directory));
    if (dataset.hasNormalization()) {
      parameters.setNormalization(dataset.getNormalization());
    }
    if (dataset.hasSplit()) {
      int validation = dataset.getSplit().getValidation().getExamples();
      parameters
          .getSplitBuilder()
          .setTrain(TRAIN - validation)
          .setValidation(validation)
          .setSeed(dataset.getSplit().getSeed());
    }
    Path inputs = Files.createTempDirectory(directory, "inputs");
    for (SourceFile source : KIND.sources(dataset, directory, directory)) {
      Files.copy(source.path(), inputs.resolve(source.role()));
      action.addInput(Input.newBuilder().setRole(source.role()).setDigest(source.digest().bytes()));
    }
    Path outputs = Files.createTempDirectory(directory, "outputs");
    new ImportDatasetExecutor()
        .execute(List.of(new FilesRun(action.build(), inputs, outputs)), share -> {});
    return outputs;
  }
}
