package io.stitchflow.representation;

import io.stitchflow.network.CutPoint;
import io.stitchflow.network.NetworkInputs;
import io.stitchflow.tensors.TensorFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The examples of one split as float32, row by row, as they cross a cut: of a representation, or of
 * a data set as networks take them. Does not close the file.
 */
final class Examples {
  private static final int TOKENS = 2;

  private final TensorFile file;
  private final ByteBuffer row;
  private final @Nullable NetworkInputs inputs;

  Examples(TensorFile file) {
    this.file = file;
    boolean represented = file.column().equals(RepresentationWriter.COLUMN);
    this.inputs = represented ? null : new NetworkInputs(file, 1);
    this.row =
        ByteBuffer.allocate(file.elementsPerRow() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Of one example: [channels, height, width] or [channels]; of tokens [features, tokens, 1]. */
  List<Integer> shape() {
    return CutPoint.crossing(file.shape());
  }

  int rows() {
    return file.rows();
  }

  /** Class of an example. */
  int label(int example) {
    return file.label(example);
  }

  /** The numbers of one example, until the next call. */
  FloatBuffer read(int example) {
    if (inputs == null) {
      file.readFloats(example, 1, row);
      return row.asFloatBuffer();
    }
    FloatBuffer numbers = inputs.read(example, 1).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    List<Integer> shape = file.shape();
    return shape.size() == TOKENS ? byFeature(numbers, shape.get(0), shape.get(1)) : numbers;
  }

  /** [tokens, features] as [features, tokens]. */
  static FloatBuffer byFeature(FloatBuffer numbers, int tokens, int features) {
    FloatBuffer swapped = FloatBuffer.allocate(numbers.remaining());
    for (int feature = 0; feature < features; feature++) {
      for (int token = 0; token < tokens; token++) {
        swapped.put(numbers.get(token * features + feature));
      }
    }
    return swapped.flip();
  }
}
