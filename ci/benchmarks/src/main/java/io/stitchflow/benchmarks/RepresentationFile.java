package io.stitchflow.benchmarks;

import io.stitchflow.tensors.Element;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.tensors.TensorFileWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** A file of random representations of [64, 32, 32], and ways to write and read all of it. */
final class RepresentationFile {
  static final int BATCH = 128;

  private static final List<Integer> SHAPE = List.of(64, 32, 32);
  private static final int ELEMENTS = 64 * 32 * 32;
  private static final int CLASSES = 10;
  private static final long SEED = 1;

  private final Path directory;
  private final Element element;
  private final int[] order;
  private final int[] labels = new int[BATCH];
  private final ByteBuffer source = direct();
  private final ByteBuffer target = direct();

  RepresentationFile(Path directory, Element element, int batches) {
    this.directory = directory;
    this.element = element;
    this.order = new int[batches * BATCH];
    SplittableRandom random = new SplittableRandom(SEED);
    while (source.hasRemaining()) {
      source.putFloat((float) random.nextDouble(-4, 4));
    }
    for (int i = 0; i < order.length; i++) { // Fisher and Yates, inside out
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
  }

  private static ByteBuffer direct() {
    return ByteBuffer.allocateDirect(BATCH * ELEMENTS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** A new file each time, as rewriting makes some file systems sync; not synced. */
  Path write() throws IOException {
    Path path = directory.resolve("written");
    Files.deleteIfExists(path);
    try (TensorFileWriter writer =
        TensorFileWriter.create(
            path,
            "representation",
            SHAPE,
            List.of("C", "H", "W"),
            element,
            CLASSES,
            new TreeMap<>())) {
      for (int i = 0; i < order.length; i += BATCH) {
        if (element == Element.UINT8) {
          writer.write(source.clear().limit(BATCH * ELEMENTS), labels);
        } else {
          writer.writeFloats(source.clear(), labels);
        }
      }
    }
    return path;
  }

  /** As many bytes through a channel. */
  void writePlainly() throws IOException {
    Path path = directory.resolve("plain");
    Files.deleteIfExists(path);
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      for (int i = 0; i < order.length; i += BATCH) {
        source.clear().limit(BATCH * ELEMENTS * element.bytes());
        while (source.hasRemaining()) {
          channel.write(source);
        }
      }
    }
  }

  /** All rows as shuffled batches of float32. */
  void gather(TensorFile file) {
    for (int from = 0; from < order.length; from += BATCH) {
      file.gatherFloats(order, from, BATCH, target);
    }
  }

  /** As many bytes of float32 from one buffer to another. */
  void copy() {
    for (int from = 0; from < order.length; from += BATCH) {
      target.clear().put(source.clear());
    }
  }
}
