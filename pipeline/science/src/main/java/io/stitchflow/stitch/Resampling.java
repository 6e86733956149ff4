package io.stitchflow.stitch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.torch.Functional;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes as many positions of a sender's as a receiver has, without weights: where there are fewer
 * by a whole multiple, the mean of those that each stands for; where there are more, copies.
 *
 * <p>A vector is one position. A sequence, a map of width 1, whose length is a square is read as a
 * square map, row by row, and one whose length is a square and one as a class token before a square
 * map. A class token is made of the sender's, or of the mean of all positions of a sender without
 * one; a receiver without one gets none. Other sequences are resampled along their length.
 */
final class Resampling {
  private static final int MOST_SIDES = 2;

  private final Grid from;
  private final Grid to;
  private final List<Integer> sides;

  /** Positions in rows and columns, after a class token if there is one. */
  private record Grid(int height, int width, boolean classToken) {
    /** Read as it is. */
    static Grid of(List<Integer> sides) {
      return sides.isEmpty() ? new Grid(1, 1, false) : new Grid(sides.get(0), sides.get(1), false);
    }

    /** A sequence read as a square; null if its length is none. */
    static @Nullable Grid square(List<Integer> sides) {
      boolean sequence = sides.size() == MOST_SIDES && sides.get(0) > 1 && sides.get(1) == 1;
      if (!sequence) {
        return of(sides);
      }
      int length = sides.get(0);
      int side = (int) Math.sqrt(length);
      int rest = length - side * side;
      return rest > 1 ? null : new Grid(side, side, rest == 1);
    }

    boolean joins(Grid other) {
      return whole(height, other.height) && whole(width, other.width);
    }

    private static boolean whole(int a, int b) {
      return a % b == 0 || b % a == 0;
    }

    int positions() {
      return height * width;
    }
  }

  private Resampling(Grid from, Grid to, List<Integer> sides) {
    this.from = from;
    this.to = to;
    this.sides = sides;
  }

  /**
   * The resampling between two sizes; null if there is none.
   *
   * @param from height and width of the sender; empty for a vector
   * @param to height and width of the receiver
   */
  static @Nullable Resampling between(List<Integer> from, List<Integer> to) {
    Grid sender = Grid.square(from);
    Grid receiver = Grid.square(to);
    if (sender != null && receiver != null && sender.joins(receiver)) {
      return new Resampling(sender, receiver, to);
    }
    Grid flat = Grid.of(from);
    return flat.joins(Grid.of(to)) ? new Resampling(flat, Grid.of(to), to) : null;
  }

  /**
   * Resamples representations.
   *
   * @param x [examples, channels, height, width] or [examples, channels] of the sender
   * @return [examples, channels, height, width] of the receiver's height and width
   */
  NDArray apply(NDArray x) {
    long examples = x.getShape().get(0);
    long channels = x.getShape().get(1);
    NDArray all = x.reshape(examples, channels, -1);
    NDArray map =
        (from.classToken ? all.get(":, :, 1:") : all)
            .reshape(examples, channels, from.height, from.width);
    NDArray resampled = resize(map).reshape(examples, channels, to.positions());
    if (to.classToken) {
      NDArray token =
          from.classToken
              ? all.get(":, :, 0:1")
              : map.reshape(examples, channels, -1).mean(new int[] {2}, true);
      resampled = NDArrays.concat(new NDList(token, resampled), 2);
    }
    return resampled.reshape(new Shape(examples, channels, sides.get(0), sides.get(1)));
  }

  private NDArray resize(NDArray map) {
    Shape shape = map.getShape();
    int height = Math.min(from.height, to.height);
    int width = Math.min(from.width, to.width);
    NDArray small =
        map.reshape(
                shape.get(0), shape.get(1), height, from.height / height, width, from.width / width)
            .mean(new int[] {5})
            .mean(new int[] {3});
    return Functional.resizeNearest(small, to.height, to.width);
  }
}
