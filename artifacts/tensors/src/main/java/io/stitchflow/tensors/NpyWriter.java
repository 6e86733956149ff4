package io.stitchflow.tensors;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Writes the rows or the labels of a {@link TensorFile} as an array of NumPy, version 1 of <a
 * href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">its format</a>.
 */
public final class NpyWriter {
  private static final int MAGIC_BYTES = 10;
  private static final int ALIGNMENT_BYTES = 64;
  private static final int BYTES_AT_ONCE = 1 << 20;

  private NpyWriter() {}

  /**
   * Writes [rows, ...shape]: uint8 as it is, all else as float32.
   *
   * @param file a new file
   */
  public static void writeRows(TensorFile tensors, Path file) throws IOException {
    boolean bytes = tensors.element() == Element.UINT8;
    int rowBytes = tensors.elementsPerRow() * (bytes ? 1 : Float.BYTES);
    int atOnce = Math.max(1, BYTES_AT_ONCE / Math.max(1, rowBytes));
    ByteBuffer buffer =
        ByteBuffer.allocate(Math.multiplyExact(atOnce, rowBytes)).order(ByteOrder.LITTLE_ENDIAN);
    List<Integer> shape = new ArrayList<>(List.of(tensors.rows()));
    shape.addAll(tensors.shape());
    try (OutputStream out = Files.newOutputStream(file);
        WritableByteChannel channel = Channels.newChannel(out)) {
      out.write(header(bytes ? "|u1" : "<f4", shape));
      for (int from = 0; from < tensors.rows(); from += atOnce) {
        int count = Math.min(atOnce, tensors.rows() - from);
        if (bytes) {
          tensors.readBytes(from, count, buffer);
        } else {
          tensors.readFloats(from, count, buffer);
        }
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
      }
    }
  }

  /**
   * Writes the labels, [rows], int64.
   *
   * @param file a new file
   */
  public static void writeLabels(TensorFile tensors, Path file) throws IOException {
    ByteBuffer labels =
        ByteBuffer.allocate(Math.multiplyExact(tensors.rows(), Long.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (int row = 0; row < tensors.rows(); row++) {
      labels.putLong(tensors.label(row));
    }
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write(header("<i8", List.of(tensors.rows())));
      out.write(labels.array());
    }
  }

  private static byte[] header(String type, List<Integer> shape) {
    String sizes = shape.stream().map(size -> size + ",").collect(Collectors.joining(" "));
    String text = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + sizes + "), }";
    int whole = MAGIC_BYTES + text.length() + 1;
    int padded = (whole + ALIGNMENT_BYTES - 1) / ALIGNMENT_BYTES * ALIGNMENT_BYTES;
    ByteBuffer header = ByteBuffer.allocate(padded).order(ByteOrder.LITTLE_ENDIAN);
    header.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    header.put((byte) 1).put((byte) 0).putShort((short) (padded - MAGIC_BYTES));
    header.put((text + " ".repeat(padded - whole) + "\n").getBytes(StandardCharsets.US_ASCII));
    return header.array();
  }
}
