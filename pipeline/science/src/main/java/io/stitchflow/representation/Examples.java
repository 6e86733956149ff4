package io.stitchflow.representation;

import io.stitchflow.network.Pixels;
import io.stitchflow.tensors.Element;
import io.stitchflow.tensors.TensorFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The examples of one split as float32, row by row: of a representation, or of a data set's images
 * as networks take them. Does not close the file.
 */
final class Examples {
  private final TensorFile file;
  private final ByteBuffer row;
  private final @Nullable Pixels pixels;

  Examples(TensorFile file) {
    this.file = file;
    this.pixels = file.element() == Element.UINT8 ? new Pixels(file, 1) : null;
    this.row =
        ByteBuffer.allocate(file.elementsPerRow() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Of one example: [channels, height, width] or [channels]. */
  List<Integer> shape() {
    return file.shape();
  }

  int rows() {
    return file.rows();
  }

  /** Class of an example, in [0, 255]. */
  int label(int example) {
    return file.label(example);
  }

  /** The numbers of one example, until the next call. */
  FloatBuffer read(int example) {
    if (pixels != null) {
      return pixels.read(example, 1).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    }
    file.readFloats(example, 1, row);
    return row.asFloatBuffer();
  }
}
