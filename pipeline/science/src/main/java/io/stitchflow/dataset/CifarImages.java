package io.stitchflow.dataset;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleConsumer;

/**
 * The records of CIFAR files, in order.
 *
 * @param label which of a record's label bytes is the class
 * @param classes labels are below this
 */
record CifarImages(Cifar cifar, List<Path> files, int label, int classes)
    implements LabelledExamples {
  private static final int BUFFER_BYTES = 1 << 16;

  CifarImages {
    files = List.copyOf(files);
  }

  @Override
  public List<Integer> shape() {
    return Cifar.SHAPE;
  }

  /**
   * @throws IllegalArgumentException if a file is not of the layout: which, where and why
   */
  @Override
  public void write(ExampleSink sink, DoubleConsumer progress) throws IOException {
    for (int i = 0; i < files.size(); i++) {
      append(files.get(i), sink);
      progress.accept((i + 1.) / files.size());
    }
  }

  private void append(Path file, ExampleSink sink) throws IOException {
    long bytes = Files.size(file);
    if (bytes == 0 || bytes % cifar.recordBytes() != 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s: must be one or more records of %,d bytes, but has %,d bytes; download the binary"
                  + " version of %s again",
              file,
              cifar.recordBytes(),
              bytes,
              cifar.title()));
    }
    byte[] labels = new byte[cifar.labelBytes()];
    byte[] image = new byte[Cifar.IMAGE_BYTES];
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES))) {
      for (long record = 0; record < bytes / cifar.recordBytes(); record++) {
        in.readFully(labels);
        in.readFully(image);
        sink.write(ByteBuffer.wrap(image), checked(labels[label] & 0xff, record, file));
      }
    }
  }

  private int checked(int number, long record, Path file) {
    if (number >= classes) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s: record %d (from 0) has label %d, but labels are 0 to %d; download the binary"
                  + " version of %s again",
              file,
              record,
              number,
              classes - 1,
              cifar.title()));
    }
    return number;
  }
}
