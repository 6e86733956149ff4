package io.stitchflow.tensors;

import static io.stitchflow.tensors.Checks.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Arrays in files of their own, in NumPy's <a
 * href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">npy format</a>: row
 * by row, little-endian. Only what is asked for is read.
 */
public final class NpyFiles implements NamedArrays {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int VERSION_BYTES = 2;
  private static final int MOST_HEADER_BYTES = 1 << 16;
  private static final int TYPE_CHARACTERS = 20;
  private static final Pattern HEADER =
      Pattern.compile(
          "\\{'descr': '([^']*)', 'fortran_order': (True|False), 'shape': \\(([0-9, ]*)\\), \\}\\s*");
  private static final Map<String, Dtype> TYPES =
      Map.ofEntries(
          Map.entry("<f4", Dtype.F32),
          Map.entry("<f8", Dtype.F64),
          Map.entry("<f2", Dtype.F16),
          Map.entry("|u1", Dtype.U8),
          Map.entry("|i1", Dtype.I8),
          Map.entry("<u2", Dtype.U16),
          Map.entry("<i2", Dtype.I16),
          Map.entry("<u4", Dtype.U32),
          Map.entry("<i4", Dtype.I32),
          Map.entry("<u8", Dtype.U64),
          Map.entry("<i8", Dtype.I64));

  private final SortedMap<String, Array> arrays = new TreeMap<>();

  /**
   * One file.
   *
   * @param type as the file writes it
   * @param dtype null if this program does not know it
   * @param start of the numbers in the file
   */
  private record Array(
      Path path, String type, @Nullable Dtype dtype, List<Integer> shape, long start, long size) {}

  private NpyFiles() {}

  /**
   * Reads the headers of files.
   *
   * @param files by the name of their array
   * @throws InvalidFileException if one is not of the format
   */
  public static NpyFiles open(Map<String, Path> files) throws IOException {
    NpyFiles opened = new NpyFiles();
    for (Map.Entry<String, Path> file : files.entrySet()) {
      try {
        opened.arrays.put(file.getKey(), open(file.getValue()));
      } catch (IllegalArgumentException e) {
        throw new InvalidFileException(
            file.getValue(), "not a whole .npy file that can be read: " + e.getMessage(), e);
      }
    }
    return opened;
  }

  private static Array open(Path path) throws IOException {
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      long size = file.size();
      int fixed = MAGIC.length + VERSION_BYTES;
      check(size >= fixed + Integer.BYTES, "it has %s bytes", size);
      ByteBuffer head = read(file, 0, fixed + Integer.BYTES);
      byte[] magic = new byte[MAGIC.length];
      head.get(magic);
      check(Arrays.equals(magic, MAGIC), "it does not start as one");
      int version = head.get();
      head.get();
      check(version >= 1 && version <= 3, "it is of version %s", version);
      // Two bytes of length in version 1, four later
      long headerBytes =
          version == 1
              ? Short.toUnsignedInt(head.getShort(fixed))
              : Integer.toUnsignedLong(head.getInt(fixed));
      int headerStart = fixed + (version == 1 ? Short.BYTES : Integer.BYTES);
      check(
          headerBytes <= MOST_HEADER_BYTES && headerBytes <= size - headerStart,
          "its header has %s bytes",
          headerBytes);
      String header =
          new String(
              read(file, headerStart, (int) headerBytes).array(), StandardCharsets.ISO_8859_1);
      return array(path, header, headerStart + headerBytes, size);
    }
  }

  private static Array array(Path path, String header, long start, long size) {
    Matcher matcher = HEADER.matcher(header);
    check(matcher.matches(), "its header is not that of one array of numbers");
    check(
        matcher.group(2).equals("False"),
        "it is in Fortran's order; write numpy.ascontiguousarray(array)");
    List<Integer> shape = new ArrayList<>();
    for (String part : matcher.group(3).split(",", -1)) {
      if (!part.isBlank()) {
        shape.add(size(part.strip()));
      }
    }
    String type = matcher.group(1);
    @Nullable Dtype dtype = TYPES.get(type);
    if (dtype != null) {
      NamedTensor.checkSize("array", dtype, shape, size - start);
    }
    return new Array(path, type, dtype, shape, start, size);
  }

  private static int size(String digits) {
    try {
      return Integer.parseInt(digits);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "its header has the size " + digits + ", over " + Integer.MAX_VALUE, e);
    }
  }

  @Override
  public List<String> names() {
    return List.copyOf(arrays.keySet());
  }

  @Override
  public @Nullable String unknownDtype(String name) {
    Array array = arrays.get(name);
    return array == null || array.dtype() != null
        ? null
        : array.type().substring(0, Math.min(TYPE_CHARACTERS, array.type().length()));
  }

  @Override
  public Dtype dtype(String name) {
    return Objects.requireNonNull(array(name).dtype());
  }

  @Override
  public List<Integer> shape(String name) {
    return array(name).shape();
  }

  @Override
  public NamedTensor rows(String name, int from, int count) throws IOException {
    Array array = array(name);
    check(!array.shape().isEmpty(), "%s is one number, without rows", array.path());
    int rows = array.shape().get(0);
    Objects.checkFromIndexSize(from, count, rows);
    long rowBytes = rows == 0 ? 0 : (array.size() - array.start()) / rows;
    check(
        count * rowBytes <= Integer.MAX_VALUE,
        "%s: %s rows take %s bytes, and 2 GiB is too much",
        array.path(),
        count,
        count * rowBytes);
    List<Integer> shape = new ArrayList<>(array.shape());
    shape.set(0, count);
    try (FileChannel file = FileChannel.open(array.path(), StandardOpenOption.READ)) {
      if (file.size() != array.size()) {
        throw new IOException(
            array.path() + " had " + array.size() + " bytes and has " + file.size() + " now");
      }
      ByteBuffer data = read(file, array.start() + from * rowBytes, (int) (count * rowBytes));
      return new NamedTensor(name, Objects.requireNonNull(array.dtype()), shape, data);
    }
  }

  /** Of a known type. */
  private Array array(String name) {
    Array array = arrays.get(name);
    if (array == null || array.dtype() == null) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "there is no array '%s'; there are %s", name, names()));
    }
    return array;
  }

  private static ByteBuffer read(FileChannel file, long start, int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count);
    while (bytes.hasRemaining()) {
      int n = file.read(bytes, start + bytes.position());
      check(n >= 0, "it became shorter while it was read");
    }
    return bytes.flip().order(ByteOrder.LITTLE_ENDIAN);
  }
}
