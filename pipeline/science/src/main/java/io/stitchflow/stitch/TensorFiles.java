package io.stitchflow.stitch;

import io.stitchflow.tensors.TensorFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Files of one group, closed together; all hold the same examples in the same order. */
final class TensorFiles implements AutoCloseable {
  private final List<TensorFile> files = new ArrayList<>();

  /**
   * Opens a file.
   *
   * @throws IllegalArgumentException if it has not as many rows as the first
   */
  TensorFile open(Path path) throws IOException {
    TensorFile file = TensorFile.open(path);
    files.add(file);
    if (file.rows() != first().rows() || file.rows() == 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s has %d rows, but the first of its group has %d; they must hold the same examples, at least one",
              path,
              file.rows(),
              first().rows()));
    }
    return file;
  }

  TensorFile first() {
    return files.get(0);
  }

  @Override
  public void close() {
    files.forEach(TensorFile::close);
  }
}
