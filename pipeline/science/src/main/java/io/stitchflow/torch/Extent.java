package io.stitchflow.torch;

import ai.djl.ndarray.types.Shape;
import java.util.Locale;

/** A number of rows and a number of columns. */
public record Extent(int height, int width) {
  /** As many rows as columns. */
  public static Extent square(int side) {
    return new Extent(side, side);
  }

  /** Positions in it. */
  public int area() {
    return Math.multiplyExact(height, width);
  }

  public boolean isSquare() {
    return height == width;
  }

  Shape shape() {
    return new Shape(height, width);
  }

  /** {@code 3} or {@code 3x1}. */
  @Override
  public String toString() {
    return isSquare() ? String.valueOf(height) : String.format(Locale.ROOT, "%dx%d", height, width);
  }
}
