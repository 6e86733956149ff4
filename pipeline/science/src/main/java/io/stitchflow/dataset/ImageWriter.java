package io.stitchflow.dataset;

import io.stitchflow.tensors.Element;
import io.stitchflow.tensors.TensorFileWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Writes one split. */
final class ImageWriter implements ImageSink, Closeable {
  private final TensorFileWriter file;

  private ImageWriter(TensorFileWriter file) {
    this.file = file;
  }

  /** Starts a file of the shape and the classes of {@code images}. */
  static ImageWriter create(Path file, Images images) throws IOException {
    SortedMap<String, String> metadata = new TreeMap<>();
    metadata.put("classes", String.valueOf(images.classes()));
    metadata.put("kind", "dataset");
    return new ImageWriter(
        TensorFileWriter.create(
            file, "image", images.shape(), List.of("C", "H", "W"), Element.UINT8, metadata));
  }

  @Override
  public void write(ByteBuffer image, int label) throws IOException {
    file.write(image, ByteBuffer.wrap(new byte[] {(byte) label}));
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
