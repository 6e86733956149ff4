package io.stitchflow.tensors;

import static io.stitchflow.tensors.Checks.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Named tensors of a file of any size. Small files are read at once. Of large ones {@link #get}
 * maps one tensor and {@link #rows} reads some of its rows, so that memory holds no more than is
 * asked for.
 */
public final class SafetensorsFile implements NamedArrays {
  /** Larger files are mapped: they are few, and the heap need not hold them. */
  private static final int MOST_BYTES_READ = 16 << 20;

  private static final int SHOWN_CHARACTERS = 40;

  private final Path path;
  private final long size;

  /** All of a small file; null for a large one. */
  private final @Nullable ByteBuffer whole;

  private final SortedMap<String, String> metadata = new TreeMap<>();
  private final SortedMap<String, Extent> tensors = new TreeMap<>();

  /**
   * Where a tensor's bytes lie in the file.
   *
   * @param type as the file writes it
   * @param dtype null if this program does not know it
   */
  private record Extent(
      String name, String type, @Nullable Dtype dtype, List<Integer> shape, long start, long end) {
    long bytes() {
      return end - start;
    }
  }

  private SafetensorsFile(Path path, FileChannel file) throws IOException {
    this.path = path;
    this.size = file.size();
    check(size >= Long.BYTES, "it has %s bytes, fewer than the 8 of its header's length", size);
    long headerBytes = read(file, 0, Long.BYTES).getLong();
    check(
        Long.compareUnsigned(headerBytes, size - Long.BYTES) <= 0,
        "its header of %s bytes does not fit into its %s bytes",
        Long.toUnsignedString(headerBytes),
        size);
    check(headerBytes >= 2, "its header of %s bytes is shorter than an empty one, {}", headerBytes);
    check(
        headerBytes <= Safetensors.MAX_HEADER_BYTES,
        "its header of %s bytes is larger than %s",
        headerBytes,
        Safetensors.MAX_HEADER_BYTES);
    this.whole = size <= MOST_BYTES_READ ? read(file, 0, (int) size) : null;
    parse(read(file, Long.BYTES, (int) headerBytes).array(), Long.BYTES + headerBytes);
  }

  /**
   * Reads the header.
   *
   * @throws IllegalArgumentException if it is not of the format
   */
  static SafetensorsFile open(Path path) throws IOException {
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      return new SafetensorsFile(path, file);
    }
  }

  public SortedMap<String, String> metadata() {
    return Collections.unmodifiableSortedMap(metadata);
  }

  @Override
  public List<String> names() {
    return List.copyOf(tensors.keySet());
  }

  @Override
  public @Nullable String unknownDtype(String name) {
    Extent extent = tensors.get(name);
    return extent == null || extent.dtype() != null ? null : extent.type();
  }

  @Override
  public Dtype dtype(String name) {
    return Objects.requireNonNull(extent(name).dtype());
  }

  @Override
  public List<Integer> shape(String name) {
    return extent(name).shape();
  }

  /**
   * The tensor called {@code name}.
   *
   * @throws IllegalArgumentException if there is none of a known type, or it takes 2 GiB or more
   * @throws IOException if the file cannot be read, or has changed
   */
  public NamedTensor get(String name) throws IOException {
    Extent extent = extent(name);
    check(
        extent.bytes() <= Integer.MAX_VALUE,
        "%s: tensor '%s' takes %s bytes, and 2 GiB is too much for one",
        path,
        name,
        extent.bytes());
    ByteBuffer data;
    if (whole == null) {
      try (FileChannel file = reopen()) {
        data = file.map(FileChannel.MapMode.READ_ONLY, extent.start(), extent.bytes());
      }
    } else {
      data = whole.slice((int) extent.start(), (int) extent.bytes());
    }
    return tensor(extent, extent.shape(), data);
  }

  @Override
  public NamedTensor rows(String name, int from, int count) throws IOException {
    Extent extent = extent(name);
    check(!extent.shape().isEmpty(), "%s: tensor '%s' is one number, without rows", path, name);
    int rows = extent.shape().get(0);
    Objects.checkFromIndexSize(from, count, rows);
    long rowBytes = rows == 0 ? 0 : extent.bytes() / rows;
    check(
        count * rowBytes <= Integer.MAX_VALUE,
        "%s: %s rows of tensor '%s' take %s bytes, and 2 GiB is too much",
        path,
        count,
        name,
        count * rowBytes);
    List<Integer> shape = new ArrayList<>(extent.shape());
    shape.set(0, count);
    try (FileChannel file = reopen()) {
      long start = extent.start() + from * rowBytes;
      return tensor(extent, shape, read(file, start, (int) (count * rowBytes)));
    }
  }

  private static NamedTensor tensor(Extent extent, List<Integer> shape, ByteBuffer data) {
    return new NamedTensor(extent.name(), Objects.requireNonNull(extent.dtype()), shape, data);
  }

  /** Of a known type. */
  private Extent extent(String name) {
    Extent extent = tensors.get(name);
    if (extent == null || extent.dtype() == null) {
      List<String> known = names().stream().filter(each -> unknownDtype(each) == null).toList();
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s has no tensor '%s'; it has %s", path, name, known));
    }
    return extent;
  }

  private FileChannel reopen() throws IOException {
    FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
    if (file.size() != size) {
      long now = file.size();
      file.close();
      throw new IOException(path + " had " + size + " bytes and has " + now + " now");
    }
    return file;
  }

  /** Bytes in memory of their own. */
  private static ByteBuffer read(FileChannel file, long start, int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count);
    while (bytes.hasRemaining()) {
      int n = file.read(bytes, start + bytes.position());
      check(n >= 0, "it became shorter while it was read");
    }
    return bytes.flip().order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * @param start of the tensors' bytes in the file
   */
  private void parse(byte[] header, long start) throws IOException {
    check(header[0] == '{', "its header does not start with {");
    long dataBytes = size - start;
    for (Map.Entry<String, JsonNode> entry : HeaderJson.read(header, "its header").properties()) {
      String name = entry.getKey();
      if (name.equals(Safetensors.METADATA)) {
        check(entry.getValue().isObject(), "its __metadata__ is not an object");
        for (Map.Entry<String, JsonNode> pair : entry.getValue().properties()) {
          check(pair.getValue().isTextual(), "metadata '%s' is not a string", pair.getKey());
          metadata.put(pair.getKey(), pair.getValue().textValue());
        }
        continue;
      }
      List<Long> offsets = numbers(name, entry.getValue().path("data_offsets"), Long.MAX_VALUE);
      check(
          offsets.size() == 2 && offsets.get(0) <= offsets.get(1) && offsets.get(1) <= dataBytes,
          "tensor '%s' at %s is not within the %s bytes of data",
          name,
          offsets,
          dataBytes);
      List<Integer> shape =
          numbers(name, entry.getValue().path("shape"), Integer.MAX_VALUE).stream()
              .map(Long::intValue)
              .toList();
      String type = entry.getValue().path("dtype").asText();
      @Nullable Dtype dtype = known(type);
      if (dtype != null) {
        NamedTensor.checkSize(name, dtype, shape, offsets.get(1) - offsets.get(0));
      }
      tensors.put(
          name,
          new Extent(name, type, dtype, shape, start + offsets.get(0), start + offsets.get(1)));
    }
    checkGapless(start);
  }

  private void checkGapless(long start) {
    List<Extent> extents = new ArrayList<>(tensors.values());
    extents.sort(Comparator.comparingLong(Extent::start).thenComparingLong(Extent::end));
    long end = start;
    for (Extent extent : extents) {
      check(
          extent.start() == end,
          "tensor '%s' starts at %s, but what is before it ends at %s",
          extent.name(),
          extent.start() - start,
          end - start);
      end = extent.end();
    }
    check(end == size, "its tensors end at %s of %s bytes", end - start, size - start);
  }

  private static @Nullable Dtype known(String written) {
    for (Dtype dtype : Dtype.values()) {
      if (dtype.name().equals(written)) {
        return dtype;
      }
    }
    return null;
  }

  private static String brief(JsonNode element) {
    String text = element.toString();
    return text.length() <= SHOWN_CHARACTERS ? text : text.substring(0, SHOWN_CHARACTERS) + "...";
  }

  private static List<Long> numbers(String name, JsonNode node, long most) {
    check(node.isArray(), "tensor '%s' has no list for its shape or data_offsets", name);
    List<Long> numbers = new ArrayList<>();
    for (JsonNode element : node) {
      check(
          element.isIntegralNumber()
              && element.canConvertToLong()
              && element.longValue() >= 0
              && element.longValue() <= most,
          "tensor '%s' has a size or offset %s; expected a whole number from 0 to %s",
          name,
          brief(element),
          most);
      numbers.add(element.longValue());
    }
    return numbers;
  }
}
