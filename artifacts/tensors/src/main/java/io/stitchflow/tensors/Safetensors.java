package io.stitchflow.tensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * Files of named tensors in the <a
 * href="https://github.com/huggingface/safetensors">safetensors</a> format: the header's length as
 * 8 bytes, the header as JSON padded with spaces to a multiple of 8, the tensors' bytes without
 * gaps.
 */
public final class Safetensors {
  static final String METADATA = "__metadata__";
  static final int ALIGNMENT_BYTES = 8;

  /** Of about 100,000 tensors. The reference implementation reads six times as much. */
  static final int MAX_HEADER_BYTES = 16 << 20;

  private static final JsonFactory JSON = new JsonFactory();

  private Safetensors() {}

  /**
   * Overwrites {@code file}; the same content gives the same bytes: sorted by name, metadata first.
   *
   * @throws IllegalArgumentException if two tensors share a name, or one is called {@code
   *     __metadata__}
   */
  public static void write(Path file, List<NamedTensor> tensors, SortedMap<String, String> metadata)
      throws IOException {
    List<NamedTensor> sorted =
        tensors.stream().sorted(Comparator.comparing(NamedTensor::name)).toList();
    for (int i = 0; i < sorted.size(); i++) {
      String name = sorted.get(i).name();
      if (name.equals(METADATA) || (i > 0 && name.equals(sorted.get(i - 1).name()))) {
        throw new IllegalArgumentException("a tensor cannot be called '" + name + "' here");
      }
    }
    byte[] header = header(sorted, metadata);
    int padding = -header.length & (ALIGNMENT_BYTES - 1);
    ByteBuffer head =
        ByteBuffer.allocate(Long.BYTES + header.length + padding).order(ByteOrder.LITTLE_ENDIAN);
    head.putLong(header.length + padding).put(header);
    while (head.hasRemaining()) {
      head.put((byte) ' ');
    }
    try (FileChannel out =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      writeFully(out, head.flip());
      for (NamedTensor tensor : sorted) {
        writeFully(out, tensor.data());
      }
    }
  }

  /**
   * Reads a file that {@link #write} wrote.
   *
   * @throws DamagedFileException if it is not whole
   */
  public static SafetensorsFile read(Path file) throws IOException {
    try {
      return SafetensorsFile.open(file);
    } catch (IllegalArgumentException e) {
      throw new DamagedFileException(file, "not a whole safetensors file, " + e.getMessage(), e);
    }
  }

  /**
   * Reads a file that something else wrote.
   *
   * @throws InvalidFileException if it is not of the format
   */
  public static SafetensorsFile readForeign(Path file) throws IOException {
    try {
      return SafetensorsFile.open(file);
    } catch (IllegalArgumentException e) {
      throw new InvalidFileException(file, "not a whole safetensors file, " + e.getMessage(), e);
    }
  }

  private static byte[] header(List<NamedTensor> sorted, SortedMap<String, String> metadata)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      if (!metadata.isEmpty()) {
        json.writeObjectFieldStart(METADATA);
        for (Map.Entry<String, String> entry : metadata.entrySet()) {
          json.writeStringField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
      }
      long offset = 0;
      for (NamedTensor tensor : sorted) {
        json.writeObjectFieldStart(tensor.name());
        json.writeStringField("dtype", tensor.dtype().name());
        json.writeArrayFieldStart("shape");
        for (int size : tensor.shape()) {
          json.writeNumber(size);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("data_offsets");
        json.writeNumber(offset);
        offset += tensor.data().remaining();
        json.writeNumber(offset);
        json.writeEndArray();
        json.writeEndObject();
      }
      json.writeEndObject();
    }
    return bytes.toByteArray();
  }

  private static void writeFully(FileChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }
}
