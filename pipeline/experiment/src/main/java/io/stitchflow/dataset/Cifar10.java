package io.stitchflow.dataset;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * CIFAR-10's <a href="https://www.cs.toronto.edu/~kriz/cifar.html">binary layout</a>: records of a
 * label byte, then the red, green and blue planes, row by row.
 */
final class Cifar10 {
  static final int RECORD_BYTES = 1 + ImageWriter.BYTES;

  private Cifar10() {}

  /**
   * Writes the records of {@code batches}, in order, as one split.
   *
   * @throws IllegalArgumentException if a file is not of the layout: which, where and why
   */
  static void write(List<Path> batches, Path split) throws IOException {
    try (ImageWriter writer = ImageWriter.create(split)) {
      for (Path batch : batches) {
        append(batch, writer);
      }
    }
  }

  private static void append(Path batch, ImageWriter writer) throws IOException {
    long bytes = Files.size(batch);
    if (bytes == 0 || bytes % RECORD_BYTES != 0) {
      throw new IllegalArgumentException(
          String.format(
              "%s: must be one or more records of %,d bytes, but has %,d bytes; is it a CIFAR-10"
                  + " file of the binary version, and whole?",
              batch, RECORD_BYTES, bytes));
    }
    byte[] image = new byte[ImageWriter.BYTES];
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(batch), 1 << 16))) {
      for (long record = 0; record < bytes / RECORD_BYTES; record++) {
        int label = in.readUnsignedByte();
        if (label >= ImageWriter.CLASSES) {
          throw new IllegalArgumentException(
              String.format(
                  "%s: record %d (from 0) has label %d, but labels are 0 to %d; is it a CIFAR-10"
                      + " file of the binary version?",
                  batch, record, label, ImageWriter.CLASSES - 1));
        }
        in.readFully(image);
        writer.write(ByteBuffer.wrap(image), label);
      }
    }
  }
}
