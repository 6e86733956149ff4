package io.stitchflow.tensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TensorFileTest {
  /** A row of these is 1 MiB in float32: eight make a batch. */
  private static final List<Integer> LARGE = List.of(4, 65_536);

  private static final List<String> NAMES = List.of("C", "W");
  private static final SortedMap<String, String> NOTHING = new TreeMap<>();

  @TempDir Path directory;

  @Test
  void open_whatWasWritten_describesIt() throws IOException {
    SortedMap<String, String> metadata = new TreeMap<>(Map.of("b", "2", "a", "ü"));
    Path path = directory.resolve("file");
    try (TensorFileWriter writer =
        TensorFileWriter.create(
            path,
            "image",
            List.of(3, 2, 5),
            List.of("C", "H", "W"),
            Element.UINT8,
            256,
            metadata)) {
      writer.write(ByteBuffer.allocate(60), 7, 200);
    }
    try (TensorFile file = TensorFile.open(path)) {
      assertThat(file.column()).isEqualTo("image");
      assertThat(file.shape()).containsExactly(3, 2, 5);
      assertThat(file.dimNames()).containsExactly("C", "H", "W");
      assertThat(file.element()).isEqualTo(Element.UINT8);
      assertThat(file.rows()).isEqualTo(2);
      assertThat(file.elementsPerRow()).isEqualTo(30);
      assertThat(file.metadata()).isEqualTo(metadata);
      assertThat(file.label(0)).isEqualTo(7);
      assertThat(file.label(1)).isEqualTo(200);
    }
  }

  @Test
  void open_withoutRows_hasNone() throws IOException {
    Path path = write("file", LARGE, Element.FLOAT32, 0, 1);
    try (TensorFile file = TensorFile.open(path)) {
      assertThat(file.rows()).isZero();
      file.readFloats(0, 0, ByteBuffer.allocateDirect(0));
      assertThatThrownBy(() -> file.label(0)).isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @ParameterizedTest
  @EnumSource(Element.class)
  void gatherFloats_rowsOfSeveralBatches_areThoseWritten(Element element) throws IOException {
    int rows = 40;
    Path path = write("file", LARGE, element, rows, 7);
    int[] order = {39, 0, 8, 7, 7, 31, 32, 16};
    try (TensorFile file = TensorFile.open(path)) {
      ByteBuffer target = direct(order.length * file.elementsPerRow());
      file.gatherFloats(order, 1, 7, target);
      assertThat(target.position()).isZero();
      assertThat(target.remaining()).isEqualTo(7 * file.elementsPerRow() * Float.BYTES);
      for (int i = 0; i < 7; i++) {
        assertRow(order[i + 1], target, i * file.elementsPerRow(), file.elementsPerRow());
      }
      assertThat(file.label(39)).isEqualTo(label(39));
    }
  }

  @ParameterizedTest
  @EnumSource(Element.class)
  void readFloats_acrossBatches_areThoseWritten(Element element) throws IOException {
    Path path = write("file", LARGE, element, 40, 11);
    try (TensorFile file = TensorFile.open(path)) {
      ByteBuffer target = direct(37 * file.elementsPerRow());
      file.readFloats(2, 37, target);
      for (int i = 0; i < 37; i++) {
        assertRow(i + 2, target, i * file.elementsPerRow(), file.elementsPerRow());
      }
    }
  }

  @Test
  void readBytes_acrossBatches_areThoseWritten() throws IOException {
    Path path = write("file", LARGE, Element.UINT8, 70, 9);
    try (TensorFile file = TensorFile.open(path)) {
      int width = file.elementsPerRow();
      ByteBuffer target = ByteBuffer.allocate(40 * width);
      file.readBytes(25, 40, target);
      for (int i = 0; i < 40 * width; i++) {
        if ((target.get(i) & 0xff) != value(25 + i / width, i % width)) {
          throw new AssertionError("at " + i);
        }
      }
    }
  }

  @Test
  void readBytes_ofFloats_isRefused() throws IOException {
    Path path = write("file", List.of(2), Element.FLOAT32, 3, 1);
    try (TensorFile file = TensorFile.open(path)) {
      assertThatThrownBy(() -> file.readBytes(0, 1, direct(2)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("use readFloats");
    }
  }

  @Test
  void open_mapsOfOneBatch_readTheSame() throws IOException {
    Path path = write("file", LARGE, Element.FLOAT32, 40, 8);
    try (TensorFile small = TensorFile.open(path, 1);
        TensorFile middle = TensorFile.open(path, 20 << 20);
        TensorFile large = TensorFile.open(path)) {
      ByteBuffer expected = direct(40 * large.elementsPerRow());
      large.readFloats(0, 40, expected);
      ByteBuffer target = direct(40 * large.elementsPerRow());
      small.readFloats(0, 40, target);
      assertThat(target).isEqualTo(expected);
      middle.readFloats(0, 40, target);
      assertThat(target).isEqualTo(expected);
    }
  }

  @Test
  void write_splitOtherwise_givesTheSameBytes() throws IOException {
    for (Element element : Element.values()) {
      byte[] whole = Files.readAllBytes(write("whole", LARGE, element, 19, 19));
      for (int split : new int[] {1, 5, 8}) {
        byte[] parts = Files.readAllBytes(write("parts" + split, LARGE, element, 19, split));
        assertThat(Arrays.mismatch(whole, parts)).as("%s by %s", element, split).isEqualTo(-1);
      }
    }
  }

  @Test
  void write_metadataInAnyOrder_isSortedInTheFile() throws IOException {
    SortedMap<String, String> metadata = new TreeMap<>();
    for (int i = 0; i < 40; i++) {
      metadata.put("key" + (i * 7919) % 1000, "value");
    }
    Path path = directory.resolve("file");
    TensorFileWriter.create(path, "x", List.of(1), List.of("C"), Element.UINT8, 256, metadata)
        .close();
    String text = Files.readString(path, StandardCharsets.ISO_8859_1);
    // Flatbuffers grow downwards: the first key is the last string
    List<Integer> places = metadata.keySet().stream().map(key -> text.indexOf(key + '\0')).toList();
    assertThat(places).isSortedAccordingTo(Comparator.reverseOrder());
  }

  @Test
  void write_rowsAndLabelsThatDiffer_areRefusedAndNothingIsWritten() throws IOException {
    Path path = directory.resolve("file");
    try (TensorFileWriter writer =
        TensorFileWriter.create(
            path, "x", List.of(2), List.of("C"), Element.FLOAT32, 256, NOTHING)) {
      assertThatThrownBy(() -> writer.write(ByteBuffer.allocate(12), 0, 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("2 labels need rows of 8 bytes each, but there are 12 bytes");
    }
    try (TensorFile file = TensorFile.open(path)) {
      assertThat(file.rows()).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({"256, 1, 256", "257, 2, 65536", "65536, 2, 65536"})
  void label_ofAnyClass_isReadBack(int classes, int bytes, int mostClasses) throws IOException {
    Path path = directory.resolve("file");
    try (TensorFileWriter writer =
        TensorFileWriter.create(
            path, "x", List.of(1), List.of("C"), Element.UINT8, classes, NOTHING)) {
      writer.write(ByteBuffer.allocate(3), 0, classes / 2, classes - 1);
      writer.write(ByteBuffer.allocate(1), 1);
      assertThatThrownBy(() -> writer.write(ByteBuffer.allocate(1), mostClasses))
          .hasMessage("label " + mostClasses + " is not in [0, " + mostClasses + ")");
      assertThatThrownBy(() -> writer.write(ByteBuffer.allocate(1), -1))
          .hasMessage("label -1 is not in [0, " + mostClasses + ")");
    }
    try (TensorFile file = TensorFile.open(path)) {
      assertThat(IntStream.range(0, 4).map(file::label))
          .containsExactly(0, classes / 2, classes - 1, 1);
      assertThat(file.mostClasses()).isEqualTo(mostClasses);
    }
    assertThat(Files.readString(path, StandardCharsets.ISO_8859_1)).contains("label");
  }

  @Test
  void identity_rowsOfSeveralBatches_areThoseWritten() throws IOException {
    int rows = 3000;
    Path path = directory.resolve("file");
    IdentityType type = new IdentityType(Dtype.U8, 1024);
    try (TensorFileWriter writer = identified(path, 5000, type)) {
      for (int row = 0; row < rows; row++) {
        writer.write(ByteBuffer.allocate(5000), identity(1024, row), row % 256);
      }
    }
    try (TensorFile file = TensorFile.open(path, 1)) { // a map a batch
      assertThat(file.hasIdentities()).isTrue();
      assertThat(file.rows()).isEqualTo(rows);
      for (int row = 0; row < rows; row++) {
        assertThat(file.identity(row)).isEqualTo(type.text(identity(1024, row)));
        assertThat(file.label(row)).isEqualTo(row % 256);
      }
      assertThatThrownBy(() -> file.identity(rows)).isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void identity_ofAFileWithoutThem_isRefused() throws IOException {
    try (TensorFile file = TensorFile.open(write("file", List.of(4), Element.UINT8, 3, 1))) {
      assertThat(file.hasIdentities()).isFalse();
      assertThatThrownBy(() -> file.identity(0))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageEndingWith("has no identities of rows");
    }
  }

  @Test
  void write_identitiesThatDoNotFit_areRefusedAndNothingIsWritten() throws IOException {
    Path path = directory.resolve("file");
    try (TensorFileWriter writer = identified(path, 2, new IdentityType(Dtype.I64, 8))) {
      assertThatThrownBy(() -> writer.write(ByteBuffer.allocate(2), 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("1 labels need identities of 8 bytes each, but there are 0 bytes");
      assertThatThrownBy(() -> writer.write(ByteBuffer.allocate(2), identity(7, 0), 0))
          .isInstanceOf(IllegalArgumentException.class);
      writer.write(ByteBuffer.allocate(2), identity(8, 5), 0);
    }
    try (TensorFile file = TensorFile.open(path)) {
      assertThat(file.rows()).isEqualTo(1);
      assertThat(file.identity(0)).isEqualTo("5");
    }
  }

  private static TensorFileWriter identified(Path path, int width, IdentityType type)
      throws IOException {
    return TensorFileWriter.create(
        path, "x", List.of(width), List.of("C"), Element.UINT8, 256, type, NOTHING);
  }

  private static ByteBuffer identity(int bytes, int row) {
    return ByteBuffer.allocate(bytes).put(0, (byte) row).put(1, (byte) (row >> Byte.SIZE));
  }

  @Test
  void writeFloats_toBytes_isRefused() throws IOException {
    try (TensorFileWriter writer =
        TensorFileWriter.create(
            directory.resolve("file"),
            "x",
            List.of(2),
            List.of("C"),
            Element.UINT8,
            256,
            NOTHING)) {
      assertThatThrownBy(() -> writer.writeFloats(direct(2), 0))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void create_shapesThatCannotBe_areRefused() {
    for (List<Integer> shape : List.of(List.<Integer>of(), List.of(0), List.of(1 << 20, 1 << 20))) {
      List<String> names = shape.stream().map(size -> "d").toList();
      assertThatThrownBy(
              () ->
                  TensorFileWriter.create(
                      directory.resolve("no"), "x", shape, names, Element.UINT8, 256, NOTHING))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(directory.resolve("no")).doesNotExist();
  }

  @Test
  void write_manyRows_takesNoMoreMemory() throws IOException {
    Path path = directory.resolve("file");
    int batchBytes = 8 << 20;
    ByteBuffer rows = direct(1 << 18);
    int[] labels = new int[4];
    long before = directBytes();
    try (TensorFileWriter writer =
        TensorFileWriter.create(
            path, "x", List.of(1 << 16), List.of("C"), Element.FLOAT32, 256, NOTHING)) {
      long afterCreate = directBytes();
      for (int i = 0; i < 256; i++) { // 256 MiB
        writer.write(rows.clear(), labels);
      }
      assertThat(directBytes()).isEqualTo(afterCreate);
      assertThat(afterCreate - before).isLessThan(batchBytes + (1 << 16));
    }
  }

  @Test
  void gatherFloats_aTargetTooSmall_isRefused() throws IOException {
    Path path = write("file", List.of(4), Element.FLOAT16, 3, 1);
    try (TensorFile file = TensorFile.open(path)) {
      assertThatThrownBy(() -> file.gatherFloats(new int[] {0, 1}, 0, 2, direct(7)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("need 32 bytes, but the target has 28");
      assertThatThrownBy(() -> file.gatherFloats(new int[] {3}, 0, 1, direct(4)))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void gatherFloats_afterClose_isRefused() throws IOException {
    TensorFile file = TensorFile.open(write("file", List.of(4), Element.FLOAT16, 3, 1));
    file.close();
    assertThatThrownBy(() -> file.label(0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("is closed");
  }

  @Test
  void close_afterReads_leavesNoMapOfTheFile() throws IOException {
    Path path = write("file", LARGE, Element.FLOAT32, 20, 1);
    for (int i = 0; i < 100; i++) {
      try (TensorFile file = TensorFile.open(path, 16 << 20)) {
        assertThat(file.label(19)).isNotNegative();
        assertThat(Maps.of(path)).isPositive();
      }
      assertThat(Maps.of(path)).isZero();
    }
  }

  @Test
  void close_whileOthersRead_waitsForTheirReadsAndRefusesLaterOnes() throws Exception {
    Path path = write("file", List.of(64), Element.FLOAT32, 500, 1);
    for (int i = 0; i < 200; i++) {
      TensorFile file = TensorFile.open(path);
      CountDownLatch reads = new CountDownLatch(2);
      List<FutureTask<Void>> readers = new ArrayList<>();
      for (int reader = 0; reader < 2; reader++) {
        FutureTask<Void> task = new FutureTask<>(() -> readUntilClosed(file, reads), null);
        readers.add(task);
        new Thread(task).start();
      }
      reads.await();
      file.close();
      for (FutureTask<Void> reader : readers) {
        reader.get();
      }
    }
  }

  private static void readUntilClosed(TensorFile file, CountDownLatch reads) {
    ByteBuffer target = direct(64 * 500);
    file.readFloats(0, 500, target);
    reads.countDown();
    assertThatThrownBy(
            () -> {
              while (true) {
                file.readFloats(0, 500, target);
              }
            })
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("is closed");
  }

  @Test
  void open_cutShort_isDamaged() throws IOException {
    byte[] whole = Files.readAllBytes(writeIdentified());
    Path path = directory.resolve("short");
    for (int length = 0; length < whole.length; length++) {
      replace(path, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> TensorFile.open(path))
          .isInstanceOf(DamagedFileException.class)
          .hasMessageContaining(path.toString())
          .hasMessageContaining("have it written again");
    }
  }

  @Test
  void open_anyByteAltered_isDamagedOrReadsWithinTheFile() throws IOException {
    long seed = 7;
    SplittableRandom random = new SplittableRandom(seed);
    byte[] whole = Files.readAllBytes(writeIdentified());
    Path path = directory.resolve("altered");
    int damaged = 0;
    for (int at = 0; at < whole.length; at++) {
      byte[] altered = whole.clone();
      altered[at] ^= (byte) (1 + random.nextInt(255));
      damaged += openOrDamaged(path, altered) ? 0 : 1;
    }
    for (int i = 0; i < 500; i++) { // several at once, in the metadata
      byte[] altered = whole.clone();
      for (int n = 1 + random.nextInt(4); n > 0; n--) {
        int at = random.nextInt(altered.length);
        Arrays.fill(altered, at, Math.min(at + 4, altered.length), (byte) random.nextInt(256));
      }
      damaged += openOrDamaged(path, altered) ? 0 : 1;
    }
    assertThat(damaged).as("seed %s", seed).isGreaterThan(400);
  }

  @Test
  void open_noSuchFile_saysSo() {
    assertThatThrownBy(() -> TensorFile.open(directory.resolve("none")))
        .isInstanceOf(NoSuchFileException.class);
  }

  private Path writeIdentified() throws IOException {
    Path path = directory.resolve("file");
    try (TensorFileWriter writer = identified(path, 60, new IdentityType(Dtype.U8, 11))) {
      writer.write(ByteBuffer.allocate(60), identity(11, 3), 9);
      writer.write(ByteBuffer.allocate(60), identity(11, 4), 1);
    }
    return path;
  }

  /** By a new file: some file systems sync one that was emptied, which takes milliseconds. */
  private static void replace(Path path, byte[] bytes) throws IOException {
    Files.deleteIfExists(path);
    Files.write(path, bytes);
  }

  /** Whether it opens; then reads all of it. */
  private static boolean openOrDamaged(Path path, byte[] bytes) throws IOException {
    replace(path, bytes);
    try (TensorFile file = TensorFile.open(path)) {
      int rows = Math.min(file.rows(), 100);
      if ((long) rows * file.elementsPerRow() < 1 << 16) {
        file.readFloats(0, rows, direct(rows * file.elementsPerRow()));
      }
      for (int row = 0; row < rows && file.hasIdentities(); row++) {
        assertThat(file.identity(row)).isNotEmpty();
      }
      return true;
    } catch (DamagedFileException e) {
      return false;
    }
  }

  private Path write(String name, List<Integer> shape, Element element, int rows, int atOnce)
      throws IOException {
    Path path = directory.resolve(name);
    int width = shape.stream().reduce(1, (a, b) -> a * b);
    List<String> names = NAMES.subList(0, shape.size());
    try (TensorFileWriter writer =
        TensorFileWriter.create(path, "x", shape, names, element, 256, NOTHING)) {
      for (int from = 0; from < rows; from += atOnce) {
        int count = Math.min(atOnce, rows - from);
        int[] labels = IntStream.range(from, from + count).map(TensorFileTest::label).toArray();
        ByteBuffer bytes =
            element == Element.UINT8 ? ByteBuffer.allocate(count * width) : direct(count * width);
        for (int row = from; row < from + count; row++) {
          for (int i = 0; i < width; i++) {
            if (element == Element.UINT8) {
              bytes.put((byte) value(row, i));
            } else {
              bytes.putFloat(value(row, i));
            }
          }
        }
        if (element == Element.UINT8) {
          writer.write(bytes.flip(), labels);
        } else {
          writer.writeFloats(bytes.flip(), labels);
        }
      }
    }
    return path;
  }

  private static int label(int row) {
    return 255 - row % 256;
  }

  /** A whole number in [0, 255], which every element holds. */
  private static int value(int row, int i) {
    return (row * 31 + i) % 256;
  }

  private static void assertRow(int row, ByteBuffer target, int start, int width) {
    for (int i = 0; i < width; i++) {
      if (target.getFloat((start + i) * Float.BYTES) != value(row, i)) {
        throw new AssertionError("row " + row + " at " + i);
      }
    }
  }

  private static ByteBuffer direct(int floats) {
    return ByteBuffer.allocateDirect(floats * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static long directBytes() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }
}
