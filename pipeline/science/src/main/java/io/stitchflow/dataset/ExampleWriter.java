package io.stitchflow.dataset;

import io.stitchflow.network.NetworkInputs.Scale;
import io.stitchflow.tensors.RowIdentities;
import io.stitchflow.tensors.TensorFileWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Writes one split, with the identities of its rows if they have any. */
final class ExampleWriter implements ExampleSink, Closeable {
  private static final List<String> IMAGE = List.of("C", "H", "W");
  private static final List<String> TOKENS = List.of("T", "D");

  private final TensorFileWriter file;
  private final @Nullable RowIdentities identities;
  private int next;

  private ExampleWriter(TensorFileWriter file, @Nullable RowIdentities identities) {
    this.file = file;
    this.identities = identities;
  }

  /**
   * Starts a file of the shape, the classes and the type of identities of {@code examples}.
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
    @Nullable RowIdentities identities = examples.identities();
    return new ExampleWriter(
        TensorFileWriter.create(
            file,
            image ? "image" : "example",
            examples.shape(),
            image ? IMAGE : TOKENS.subList(TOKENS.size() - dimensions, TOKENS.size()),
            examples.element(),
            examples.classes(),
            identities == null ? null : identities.type(),
            metadata),
        identities);
  }

  @Override
  public void write(ByteBuffer example, int label) throws IOException {
    write(example, label, next);
    next++;
  }

  /**
   * Writes an example.
   *
   * @param row of the examples, whose identity it gets
   */
  void write(ByteBuffer example, int label, int row) throws IOException {
    if (identities == null) {
      file.write(example, label);
    } else {
      file.write(example, identities.row(row), label);
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
