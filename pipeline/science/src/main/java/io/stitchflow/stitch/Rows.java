package io.stitchflow.stitch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;

/**
 * Representations of a batch as matrices of float64 whose columns are positions: what least squares
 * sees.
 */
final class Rows {
  private Rows() {}

  /**
   * What a stitch sees of the sender at each position, in the order of its weight's inputs:
   * channel, then row and column in the patch.
   *
   * @param x [examples, channels, height, width]
   * @param patch side of the patch; 0 for the whole map
   * @return [channels * patch², positions]
   */
  static NDArray patches(NDArray x, int patch) {
    Shape shape = x.getShape();
    long examples = shape.get(0);
    if (patch == 0) {
      return float64(x.reshape(examples, shape.size() / examples).transpose());
    }
    long height = shape.get(2) / patch;
    long width = shape.get(3) / patch;
    return float64(
        x.reshape(examples, shape.get(1), height, patch, width, patch)
            .transpose(1, 3, 5, 0, 2, 4)
            .reshape(shape.get(1) * patch * patch, examples * height * width));
  }

  /** Rows of what {@link #patches} gives of examples of {@code shape}. */
  static int inputs(List<Integer> shape, int patch) {
    int elements = shape.stream().reduce(1, Math::multiplyExact);
    return patch == 0 ? elements : shape.get(0) * patch * patch;
  }

  /**
   * Sums of the receiver's representation over blocks.
   *
   * @param y [examples, channels, height, width], or [examples, channels]
   * @param side of a block; 1 leaves positions alone
   * @return [channels, positions]
   */
  static NDArray blockSums(NDArray y, int side) {
    if (y.getShape().dimension() == 2) {
      return float64(y.transpose());
    }
    NDArray fine = patches(y, 1);
    if (side == 1) {
      return fine;
    }
    Shape shape = y.getShape();
    long examples = shape.get(0);
    return fine.reshape(
            shape.get(1), examples, shape.get(2) / side, side, shape.get(3) / side, side)
        .sum(new int[] {3, 5})
        .reshape(shape.get(1), shape.size() / shape.get(1) / side / side);
  }

  static NDArray float64(NDArray x) {
    return x.toType(DataType.FLOAT64, false);
  }
}
