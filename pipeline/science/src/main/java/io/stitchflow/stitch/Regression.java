package io.stitchflow.stitch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * The least-squares problem of a stitch. The sender's map is divided into windows and the
 * receiver's into as many square blocks; the numbers of a window predict the channels of each
 * position of its block.
 *
 * @param positions height and width that the sender is resampled to before, see {@link Resampling};
 *     empty where it is read as it is
 * @param window height and width of a window; empty where the sender is a vector
 * @param block side of a block, in positions
 */
public record Regression(List<Integer> positions, List<Integer> window, int block) {
  public Regression {
    positions = List.copyOf(positions);
    window = List.copyOf(window);
    if (block < 1 || window.stream().anyMatch(side -> side < 1)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "windows and blocks have sides of at least 1, but were: %s and %d",
              window,
              block));
    }
  }

  Regression(List<Integer> window, int block) {
    this(List.of(), window, block);
  }

  /** The numbers of {@code x}, as {@link #rows(NDArray, List)} gives them, once it is resampled. */
  NDArray rows(NDArray x) {
    if (positions.isEmpty()) {
      return rows(x, window);
    }
    Resampling resampling =
        Objects.requireNonNull(Resampling.between(sides(x.getShape()), positions), "fits");
    return rows(resampling.apply(x), window);
  }

  /**
   * The sender's numbers behind each block, as float64: channel, then row and column in the window.
   *
   * @param x [examples, channels, height, width] or [examples, channels]
   * @param window as in the record
   * @return [channels * height * width of the window, examples * windows]
   */
  private static NDArray rows(NDArray x, List<Integer> window) {
    Shape shape = x.getShape();
    long examples = shape.get(0);
    if (window.equals(sides(shape))) {
      return float64(x.reshape(examples, shape.size() / examples).transpose());
    }
    long height = window.get(0);
    long width = window.get(1);
    long down = shape.get(2) / height;
    long across = shape.get(3) / width;
    return float64(
        x.reshape(examples, shape.get(1), down, height, across, width)
            .transpose(1, 3, 5, 0, 2, 4)
            .reshape(shape.get(1) * height * width, examples * down * across));
  }

  private static List<Integer> sides(Shape shape) {
    return Arrays.stream(shape.getShape()).skip(2).mapToObj(Math::toIntExact).toList();
  }

  /** Numbers in a window of examples of {@code shape}. */
  static int inputs(List<Integer> shape, List<Integer> window) {
    return window.stream().reduce(shape.get(0), Math::multiplyExact);
  }

  /**
   * Sums of the receiver's representation over blocks, as float64.
   *
   * @param y [examples, channels, height, width], or [examples, channels]
   * @param side of a block; 1 leaves positions alone
   * @return [channels, examples * blocks]
   */
  static NDArray blockSums(NDArray y, int side) {
    if (y.getShape().dimension() == 2) {
      return float64(y.transpose());
    }
    NDArray fine = rows(y, List.of(1, 1));
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
