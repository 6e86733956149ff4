package io.stitchflow.dataset;

import io.stitchflow.dataset.Stratified.Part;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;

/** Writes each image to the file of its part, in order; those of no part nowhere. */
final class SplitWriter implements ImageSink, Closeable {
  private final Part[] parts;
  private final Map<Part, ImageWriter> writers = new EnumMap<>(Part.class);
  private int row;

  /**
   * @param parts by image
   */
  SplitWriter(Part[] parts) {
    this.parts = parts.clone();
  }

  void add(Part part, Path file, Images images) throws IOException {
    writers.put(part, ImageWriter.create(file, images));
  }

  @Override
  public void write(ByteBuffer image, int label) throws IOException {
    ImageWriter writer = writers.get(parts[row]);
    row++;
    if (writer != null) {
      writer.write(image, label);
    }
  }

  @Override
  public void close() throws IOException {
    IOException failure = null;
    for (ImageWriter writer : writers.values()) {
      try {
        writer.close();
      } catch (IOException e) {
        failure = failure == null ? e : failure;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
