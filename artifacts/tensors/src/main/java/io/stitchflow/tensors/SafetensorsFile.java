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
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Named tensors of a file, which is mapped where it is large. */
public final class SafetensorsFile {
  /** Larger files are mapped: they are few, and the heap need not hold them. */
  private static final int MOST_BYTES_READ = 16 << 20;

  private static final int SHOWN_CHARACTERS = 40;

  private final Path path;
  private final SortedMap<String, String> metadata;
  private final SortedMap<String, NamedTensor> tensors;

  /** Of tensors that cannot be read, their types. */
  private final SortedMap<String, String> unknown;

  private SafetensorsFile(
      Path path,
      SortedMap<String, String> metadata,
      SortedMap<String, NamedTensor> tensors,
      SortedMap<String, String> unknown) {
    this.path = path;
    this.metadata = Collections.unmodifiableSortedMap(metadata);
    this.tensors = Collections.unmodifiableSortedMap(tensors);
    this.unknown = Collections.unmodifiableSortedMap(unknown);
  }

  public SortedMap<String, String> metadata() {
    return metadata;
  }

  /** Of all tensors, sorted; those of unknown types included. */
  public List<String> names() {
    List<String> names = new ArrayList<>(tensors.keySet());
    names.addAll(unknown.keySet());
    Collections.sort(names);
    return names;
  }

  /** The type of a tensor that {@link #get} does not know, as the file writes it; else null. */
  public @Nullable String unknownDtype(String name) {
    return unknown.get(name);
  }

  /**
   * The tensor called {@code name}.
   *
   * @throws IllegalArgumentException if there is none of a known type
   */
  public NamedTensor get(String name) {
    NamedTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "%s has no tensor '%s'; it has %s", path, name, tensors.keySet()));
    }
    return tensor;
  }

  /**
   * @throws IllegalArgumentException if it is not of the format
   */
  static SafetensorsFile map(Path path) throws IOException {
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      long size = file.size();
      check(size >= Long.BYTES, "it has %s bytes, fewer than the 8 of its header's length", size);
      check(size <= Integer.MAX_VALUE, "it has %s bytes, and 2 GiB is too much", size);
      ByteBuffer bytes = bytes(file, (int) size).order(ByteOrder.LITTLE_ENDIAN);
      long headerBytes = bytes.getLong(0);
      check(
          Long.compareUnsigned(headerBytes, size - Long.BYTES) <= 0,
          "its header of %s bytes does not fit into its %s bytes",
          Long.toUnsignedString(headerBytes),
          size);
      check(
          headerBytes >= 2, "its header of %s bytes is shorter than an empty one, {}", headerBytes);
      check(
          headerBytes <= Safetensors.MAX_HEADER_BYTES,
          "its header of %s bytes is larger than %s",
          headerBytes,
          Safetensors.MAX_HEADER_BYTES);
      int start = Long.BYTES + (int) headerBytes;
      return parse(
          path, bytes.slice(Long.BYTES, (int) headerBytes), bytes.slice(start, (int) size - start));
    }
  }

  /**
   * All bytes of the file. A map lasts until the garbage collector finds it, and there would be
   * thousands of small ones before it looks.
   */
  private static ByteBuffer bytes(FileChannel file, int size) throws IOException {
    if (size > MOST_BYTES_READ) {
      return file.map(FileChannel.MapMode.READ_ONLY, 0, size);
    }
    ByteBuffer bytes = ByteBuffer.allocate(size);
    while (bytes.hasRemaining()) {
      int n = file.read(bytes, bytes.position());
      check(n >= 0, "it became shorter while it was read");
    }
    return bytes.flip();
  }

  /** Where a tensor's bytes lie. */
  private record Extent(String name, int start, int end) {}

  private static SafetensorsFile parse(Path path, ByteBuffer header, ByteBuffer data)
      throws IOException {
    JsonNode root = json(header);
    SortedMap<String, String> metadata = new TreeMap<>();
    SortedMap<String, NamedTensor> tensors = new TreeMap<>();
    SortedMap<String, String> unknown = new TreeMap<>();
    List<Extent> extents = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : root.properties()) {
      String name = entry.getKey();
      if (name.equals(Safetensors.METADATA)) {
        check(entry.getValue().isObject(), "its __metadata__ is not an object");
        for (Map.Entry<String, JsonNode> pair : entry.getValue().properties()) {
          check(pair.getValue().isTextual(), "metadata '%s' is not a string", pair.getKey());
          metadata.put(pair.getKey(), pair.getValue().textValue());
        }
        continue;
      }
      List<Integer> offsets = integers(name, entry.getValue().path("data_offsets"));
      check(
          offsets.size() == 2
              && offsets.get(0) <= offsets.get(1)
              && offsets.get(1) <= data.capacity(),
          "tensor '%s' at %s is not within the %s bytes of data",
          name,
          offsets,
          data.capacity());
      Extent extent = new Extent(name, offsets.get(0), offsets.get(1));
      extents.add(extent);
      ByteBuffer slice = data.slice(extent.start(), extent.end() - extent.start());
      List<Integer> shape = integers(name, entry.getValue().path("shape"));
      String written = entry.getValue().path("dtype").asText();
      Dtype dtype = dtype(written);
      if (dtype == null) {
        unknown.put(name, written);
      } else {
        tensors.put(name, new NamedTensor(name, dtype, shape, slice));
      }
    }
    checkGapless(extents, data.capacity());
    return new SafetensorsFile(path, metadata, tensors, unknown);
  }

  private static void checkGapless(List<Extent> extents, int dataBytes) {
    extents.sort(Comparator.comparingInt(Extent::start).thenComparingInt(Extent::end));
    int end = 0;
    for (Extent extent : extents) {
      check(
          extent.start() == end,
          "tensor '%s' starts at %s, but what is before it ends at %s",
          extent.name(),
          extent.start(),
          end);
      end = extent.end();
    }
    check(end == dataBytes, "its tensors end at %s of %s bytes", end, dataBytes);
  }

  private static JsonNode json(ByteBuffer header) throws IOException {
    byte[] bytes = new byte[header.remaining()];
    header.get(bytes);
    check(bytes[0] == '{', "its header does not start with {");
    return HeaderJson.read(bytes);
  }

  private static @Nullable Dtype dtype(String written) {
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

  private static List<Integer> integers(String name, JsonNode node) {
    check(node.isArray(), "tensor '%s' has no list for its shape or data_offsets", name);
    List<Integer> integers = new ArrayList<>();
    for (JsonNode element : node) {
      check(
          element.isInt() && element.intValue() >= 0,
          "tensor '%s' has a size or offset %s; expected a whole number from 0 to %s",
          name,
          brief(element),
          Integer.MAX_VALUE);
      integers.add(element.intValue());
    }
    return integers;
  }
}
