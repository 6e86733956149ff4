package io.stitchflow.tensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.Float2Vector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.UInt1Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.compression.CompressionCodec;
import org.apache.arrow.vector.compression.CompressionUtil.CodecType;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.ipc.message.IpcOption;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Files that Arrow's own writer wrote. */
class ArrowFilesTest {
  private static final ArrowType F32 = new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);
  private static final ArrowType INT32 = new ArrowType.Int(32, true);
  private static final ArrowType INT64 = new ArrowType.Int(64, true);
  private static final DictionaryEncoding ENCODING = new DictionaryEncoding(1, false, null);
  private static final int[] BATCHES = {3, 0, 4, 1};
  private static final int ROWS = 8;

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64", "F16", "U8"})
  void rows_listsOfEachType_areThoseOfAllRecordBatches(Dtype dtype) throws IOException {
    Path file = write(lists("x", type(dtype), 6), field("y", INT64));
    NamedArrays arrays = open(file);
    assertThat(arrays.names()).containsExactly("train.x", "train.y");
    assertThat(arrays.dtype("train.x")).isEqualTo(dtype);
    assertThat(arrays.shape("train.x")).containsExactly(ROWS, 6);
    for (int from = 0; from < ROWS; from++) {
      for (int count = 0; count <= ROWS - from; count++) {
        NamedTensor rows = arrays.rows("train.x", from, count);
        assertThat(rows.shape()).containsExactly(count, 6);
        assertThat(numbers(rows)).isEqualTo(expected(6 * from, 6 * count));
      }
    }
    assertThat(arrays.rows("train.y", 2, 5).integers()).containsExactly(2, 3, 4, 5, 6);
    assertThatThrownBy(() -> arrays.rows("train.x", 5, 4))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void shape_listsInLists_isThatOfAllLevels() throws IOException {
    NamedArrays arrays = open(write(lists("x", F32, 2, 3), field("y", INT32)));
    assertThat(arrays.shape("train.x")).containsExactly(ROWS, 2, 3);
    assertThat(numbers(arrays.rows("train.x", 1, 7))).isEqualTo(expected(6, 42));
    assertThat(arrays.dtype("train.y")).isEqualTo(Dtype.I32);
    assertThat(arrays.title("train.x")).isEqualTo("column 'x' of train.arrow");
  }

  @Test
  void shape_fixedShapeTensors_isThatOfTheExtension() throws IOException {
    Field x = tensors("{\"shape\":[3,2],\"permutation\":[0,1],\"dim_names\":[\"T\",\"D\"]}");
    NamedArrays arrays = open(write(x, field("y", INT64)));
    assertThat(arrays.shape("train.x")).containsExactly(ROWS, 3, 2);
    assertThat(numbers(arrays.rows("train.x", 2, 3))).isEqualTo(expected(12, 18));
  }

  /** Dictionaries, texts and structures before those that are asked for. */
  @Test
  void rows_besideOtherColumns_areTheSame() throws IOException {
    Field struct =
        new Field(
            "s",
            FieldType.nullable(new ArrowType.Struct()),
            List.of(field("t", new ArrowType.Utf8()), field("b", new ArrowType.Bool())));
    Path file =
        write(
            field("name", new ArrowType.Utf8()),
            struct,
            new Field("all", FieldType.nullable(new ArrowType.List()), List.of(field("i", F32))),
            field("nothing", new ArrowType.Null()),
            new Field("kind", new FieldType(true, INT32, ENCODING), List.of()),
            field("id", new ArrowType.FixedSizeBinary(3)),
            lists("x", F32, 6),
            field("y", INT64));
    NamedArrays arrays = open(file);
    assertThat(arrays.names()).containsExactly("train.id", "train.x", "train.y");
    assertThat(numbers(arrays.rows("train.x", 0, ROWS))).isEqualTo(expected(0, 6 * ROWS));
    assertThat(RowIdentities.of(arrays, "train.id", ROWS, "train.x").text(5)).isEqualTo("'f'");
  }

  @Test
  void rows_fileChangedSince_areNotRead() throws IOException {
    Path file = write(lists("x", F32, 6), field("y", INT64));
    NamedArrays arrays = open(file);
    Files.write(file, new byte[7]);
    assertThatThrownBy(() -> arrays.rows("train.x", 0, 1))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("has 7 now");
  }

  @Test
  void open_columnsThatCannotBeRead_areRefused() throws IOException {
    Field y = field("y", INT64);
    assertRefused(
        write(lists("image", F32, 6), y),
        "it has no column 'x', but [image, y]; name the columns [x, y]");
    assertRefused(
        write(lists("x", F32, 6), new Field("y", new FieldType(true, INT32, ENCODING), List.of())),
        "column 'y' is dictionary-encoded");
    assertRefused(
        write(
            new Field("x", FieldType.nullable(new ArrowType.List()), List.of(field("i", F32))), y),
        "column 'x' is of List; write numbers, fixed-size lists");
    assertRefused(
        write(
            new Field(
                "x",
                FieldType.nullable(new ArrowType.FixedSizeList(2)),
                List.of(field("i", new ArrowType.Utf8()))),
            y),
        "column 'x' is of fixed-size lists of Utf8; write");
    assertRefused(
        write(tensors("{\"shape\":[2,2]}"), y), "column 'x' has tensors [2, 2] in lists of [6]");
    assertRefused(
        write(tensors("{\"shape\":[3,2],\"permutation\":[1,0]}"), y),
        "column 'x' has permuted tensors; write numpy.ascontiguousarray of them");
    assertRefused(write(lists("x", F32, 6), y, y), "it has two columns 'y'");
    assertRefused(
        write(field("v", new ArrowType.Utf8View()), lists("x", F32, 6), y),
        "column 'v' is of views; leave it out");
  }

  @ParameterizedTest
  @CsvSource({"x, 1", "item, 2", "y, 1"})
  void open_nulls_areRefused(String column, int nulls) throws IOException {
    Path file = directory.resolve("nulls.arrow");
    try (BufferAllocator allocator = new RootAllocator();
        VectorSchemaRoot root =
            VectorSchemaRoot.create(
                new Schema(List.of(lists("x", F32, 6), field("y", INT64))), allocator)) {
      fill(root, 0, 2);
      FixedSizeListVector x = (FixedSizeListVector) root.getVector("x");
      switch (column) {
        case "x" -> x.setNull(1);
        case "y" -> ((BigIntVector) root.getVector("y")).setNull(0);
        default -> {
          ((Float4Vector) x.getDataVector()).setNull(3);
          ((Float4Vector) x.getDataVector()).setNull(9);
        }
      }
      save(root, file, CodecType.NO_COMPRESSION);
    }
    assertRefused(
        file,
        "column '" + (column.equals("y") ? "y" : "x") + "' has " + nulls + " nulls; write a value");
  }

  @Test
  void open_otherFormats_areRefused() throws IOException {
    Path stream = directory.resolve("stream.arrow");
    try (BufferAllocator allocator = new RootAllocator();
        VectorSchemaRoot root =
            VectorSchemaRoot.create(
                new Schema(List.of(lists("x", F32, 6), field("y", INT64))), allocator);
        OutputStream out = Files.newOutputStream(stream);
        ArrowStreamWriter writer = new ArrowStreamWriter(root, null, out)) {
      fill(root, 0, 2);
      writer.writeBatch();
      Path compressed = directory.resolve("compressed.arrow");
      save(root, compressed, CodecType.LZ4_FRAME);
      assertRefused(compressed, "it is compressed; write it with pyarrow.feather.write_feather");
    }
    assertRefused(stream, "it is an Arrow stream, not a file; write it with pyarrow.ipc.new_file");
    Path text = Files.writeString(directory.resolve("text.arrow"), "x,y\n" + "0.5,1\n".repeat(9));
    assertRefused(text, "it does not start as an Arrow file");
    assertRefused(Files.write(directory.resolve("empty.arrow"), new byte[0]), "it has 0 bytes");
  }

  @Test
  void open_cutShort_isRefused() throws IOException {
    byte[] whole = Files.readAllBytes(write(lists("x", F32, 6), field("y", INT64)));
    Path cut = directory.resolve("cut.arrow");
    for (int length = 0; length < whole.length; length++) {
      Files.deleteIfExists(cut);
      Files.write(cut, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> open(cut))
          .as("%s bytes", length)
          .isInstanceOf(InvalidFileException.class)
          .hasMessageStartingWith(cut.toString());
    }
  }

  @Test
  void open_anyByteAltered_isRefusedOrReadsWithinTheFile() throws IOException {
    long seed = 7;
    SplittableRandom random = new SplittableRandom(seed);
    byte[] whole =
        Files.readAllBytes(
            write(tensors("{\"shape\":[3,2]}"), field("y", INT64), field("id", INT64)));
    Path path = directory.resolve("altered.arrow");
    int refused = 0;
    for (int at = 0; at < whole.length; at++) {
      byte[] altered = whole.clone();
      altered[at] ^= (byte) (1 + random.nextInt(255));
      Files.deleteIfExists(path);
      Files.write(path, altered);
      try {
        NamedArrays arrays = open(path);
        for (String name : arrays.names()) {
          int rows = Math.min(arrays.shape(name).get(0), 100);
          assertThat(arrays.rows(name, 0, rows).shape().get(0)).isEqualTo(rows);
        }
      } catch (InvalidFileException e) {
        refused++;
      }
    }
    assertThat(refused).as("seed %s", seed).isGreaterThan(100);
  }

  private void assertRefused(Path file, String message) {
    assertThatThrownBy(() -> open(file))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageStartingWith(file + ": " + message);
  }

  private static NamedArrays open(Path file) throws IOException {
    return ArrowFiles.open(Map.of("train", file), List.of("x", "y"), List.of("id"));
  }

  private static float[] numbers(NamedTensor rows) {
    if (rows.dtype() == Dtype.U8) {
      long[] integers = rows.integers();
      float[] numbers = new float[integers.length];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = integers[i];
      }
      return numbers;
    }
    float[] numbers = new float[rows.floats().remaining()];
    rows.floats().get(numbers);
    return numbers;
  }

  /** The numbers of {@code x} count from 0. */
  private static float[] expected(int from, int count) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = from + i;
    }
    return numbers;
  }

  private static ArrowType type(Dtype dtype) {
    return switch (dtype) {
      case U8 -> new ArrowType.Int(8, false);
      case F16 -> new ArrowType.FloatingPoint(FloatingPointPrecision.HALF);
      case F64 -> new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
      default -> F32;
    };
  }

  private static Field field(String name, ArrowType type) {
    return new Field(name, FieldType.nullable(type), List.of());
  }

  private static Field lists(String name, ArrowType type, int... sizes) {
    Field field = field("item", type);
    for (int i = sizes.length - 1; i >= 0; i--) {
      field =
          new Field(
              i == 0 ? name : "item",
              FieldType.nullable(new ArrowType.FixedSizeList(sizes[i])),
              List.of(field));
    }
    return field;
  }

  /** Lists of six numbers that are tensors. */
  private static Field tensors(String metadata) {
    Map<String, String> pairs = new HashMap<>();
    pairs.put(TensorLayout.EXTENSION_NAME, TensorLayout.FIXED_SHAPE_TENSOR);
    pairs.put(TensorLayout.EXTENSION_METADATA, metadata);
    return new Field(
        "x",
        new FieldType(true, new ArrowType.FixedSizeList(6), null, pairs),
        List.of(field("item", F32)));
  }

  /** Several record batches, one of them empty. */
  private Path write(Field... fields) throws IOException {
    Path file = Files.createTempFile(directory, "train", ".arrow");
    try (BufferAllocator allocator = new RootAllocator();
        VectorSchemaRoot root = VectorSchemaRoot.create(new Schema(List.of(fields)), allocator);
        VarCharVector values = new VarCharVector("values", allocator);
        OutputStream out = Files.newOutputStream(file)) {
      fill(values, 0, 2);
      MapDictionaryProvider dictionaries =
          new MapDictionaryProvider(new Dictionary(values, ENCODING));
      try (ArrowFileWriter writer =
          new ArrowFileWriter(root, dictionaries, Channels.newChannel(out))) {
        int row = 0;
        for (int rows : BATCHES) {
          fill(root, row, rows);
          writer.writeBatch();
          row += rows;
        }
        writer.end();
      }
    }
    return file;
  }

  private static void save(VectorSchemaRoot root, Path file, CodecType compression)
      throws IOException {
    try (OutputStream out = Files.newOutputStream(file);
        ArrowFileWriter writer =
            new ArrowFileWriter(
                root,
                null,
                Channels.newChannel(out),
                Map.of(),
                IpcOption.DEFAULT,
                new NamedOnly(),
                compression)) {
      writer.writeBatch();
      writer.end();
    }
  }

  /** Says that it compresses; the codecs themselves are of another library. */
  private record NamedOnly(CodecType type) implements CompressionCodec, CompressionCodec.Factory {
    NamedOnly() {
      this(CodecType.LZ4_FRAME);
    }

    @Override
    public CompressionCodec createCodec(CodecType codecType) {
      return new NamedOnly(codecType);
    }

    @Override
    public CompressionCodec createCodec(CodecType codecType, int level) {
      return new NamedOnly(codecType);
    }

    @Override
    public ArrowBuf compress(BufferAllocator allocator, ArrowBuf buffer) {
      return buffer;
    }

    @Override
    public ArrowBuf decompress(BufferAllocator allocator, ArrowBuf buffer) {
      return buffer;
    }

    @Override
    public CodecType getCodecType() {
      return type;
    }
  }

  /** Fills the next record batch: numbers are those of their rows. */
  private static void fill(VectorSchemaRoot root, int row, int rows) {
    root.allocateNew();
    for (FieldVector vector : root.getFieldVectors()) {
      fill(vector, row, rows);
    }
    root.setRowCount(rows);
  }

  private static void fill(FieldVector vector, int from, int count) {
    for (int i = 0; i < count; i++) {
      int number = from + i;
      if (vector instanceof FixedSizeListVector list) {
        list.setNotNull(i);
      } else if (vector instanceof Float4Vector floats) {
        floats.setSafe(i, number);
      } else if (vector instanceof Float8Vector doubles) {
        doubles.setSafe(i, number);
      } else if (vector instanceof Float2Vector halves) {
        halves.setSafeWithPossibleTruncate(i, number);
      } else if (vector instanceof UInt1Vector bytes) {
        bytes.setSafe(i, number);
      } else if (vector instanceof BigIntVector longs) {
        longs.setSafe(i, number);
      } else if (vector instanceof IntVector ints) {
        ints.setSafe(i, number);
      } else if (vector instanceof VarCharVector texts) {
        texts.setSafe(i, "text".getBytes(StandardCharsets.UTF_8));
      } else if (vector instanceof FixedSizeBinaryVector bytes) {
        bytes.setSafe(i, new byte[] {(byte) ('a' + number), 0, 0});
      }
    }
    if (vector instanceof FixedSizeListVector list) {
      int size = list.getListSize();
      fill(list.getDataVector(), from * size, count * size);
      list.getDataVector().setValueCount(count * size);
    }
    vector.setValueCount(count);
  }
}
