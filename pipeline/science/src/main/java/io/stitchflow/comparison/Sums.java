package io.stitchflow.comparison;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.torch.HostArray;

/**
 * Sums over maps of float32, [examples, channels, height, width] or [examples, channels].
 *
 * <p>Within one channel of one example they are in float32, where libtorch adds in a tree over
 * 1,024 numbers at most; beyond in float64. A sum of squares is so exact to 1e-7, and no map is
 * copied to float64.
 */
final class Sums {
  private Sums() {}

  /** Sum of (a - b)² over all elements. */
  static double squaredDistance(NDArray a, NDArray b) {
    try (NDArray difference = a.sub(b)) {
      return square(difference);
    }
  }

  /** Sum of squares over all elements. */
  static double square(NDArray a) {
    double sum = 0;
    for (double ofExample : products(a, a)) {
      sum += ofExample;
    }
    return sum;
  }

  /** Sum over each example's elements of a b. */
  static double[] products(NDArray a, NDArray b) {
    try (NDArray product = a.mul(b)) {
      return byExample(product);
    }
  }

  private static double[] byExample(NDArray a) {
    Shape shape = a.getShape();
    try (NDArray channels = shape.dimension() == 2 ? a.toType(DataType.FLOAT64, false) : rows(a);
        NDArray sums = channels.sum(new int[] {1})) {
      return HostArray.doubles(sums);
    }
  }

  /** [examples, channels], float64. */
  static NDArray rows(NDArray map) {
    try (NDArray single = map.sum(new int[] {2, 3})) {
      return single.toType(DataType.FLOAT64, false);
    }
  }
}
