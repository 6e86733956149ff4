package io.stitchflow.dataset;

import io.stitchflow.network.NetworkInputs.Scale;
import io.stitchflow.tensors.TensorFileWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Writes one split. */
final class ExampleWriter implements ExampleSink, Closeable {
  private static final List<String> IMAGE = List.of("C", "H", "W");
  private static final List<String> TOKENS = List.of("T", "D");

  private final TensorFileWriter file;

  private ExampleWriter(TensorFileWriter file) {
    this.file = file;
  }

  /**
   * Starts a file of the shape and the classes of {@code examples}.
   *
   * @param scale what networks normalise them by, or null where nothing is said
   */
  static ExampleWriter create(Path file, LabelledExamples examples, @Nullable Scale scale)
      throws IOException {
    SortedMap<String, String> metadata = new TreeMap<>();
    metadata.put("classes", String.valueOf(examples.classes()));
    metadata.put("kind", "dataset");
    if (scale != null) {
      metadata.putAll(scale.metadata());
    }
    int dimensions = examples.shape().size();
    boolean image = dimensions == IMAGE.size();
    return new ExampleWriter(
        TensorFileWriter.create(
            file,
            image ? "image" : "example",
            examples.shape(),
            image ? IMAGE : TOKENS.subList(TOKENS.size() - dimensions, TOKENS.size()),
            examples.element(),
            examples.classes(),
            metadata));
  }

  @Override
  public void write(ByteBuffer example, int label) throws IOException {
    file.write(example, label);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
