package io.stitchflow.dataset;

import io.stitchflow.dataset.Stratified.Part;
import io.stitchflow.network.NetworkInputs.Scale;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes each example to the file of its part, in order; those of no part nowhere. */
final class SplitWriter implements ExampleSink, Closeable {
  private final Part[] parts;
  private final Map<Part, ExampleWriter> writers = new EnumMap<>(Part.class);
  private int row;

  /**
   * @param parts by example
   */
  SplitWriter(Part[] parts) {
    this.parts = parts.clone();
  }

  /**
   * Adds the file of a part.
   *
   * @param scale what networks normalise examples by, or null where nothing is said
   */
  void add(Part part, Path file, LabelledExamples examples, @Nullable Scale scale)
      throws IOException {
    writers.put(part, ExampleWriter.create(file, examples, scale));
  }

  @Override
  public void write(ByteBuffer example, int label) throws IOException {
    ExampleWriter writer = writers.get(parts[row]);
    if (writer != null) {
      writer.write(example, label, row);
    }
    row++;
  }

  @Override
  public void close() throws IOException {
    IOException failure = null;
    for (ExampleWriter writer : writers.values()) {
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
