package io.stitchflow.statistics;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.torch.HostArray;
import java.nio.FloatBuffer;

/**
 * Sums over maps of float32, [examples, channels, height, width] or [examples, channels].
 *
 * <p>Within one channel of one example they are in float32, where libtorch adds in a tree over
 * 1,024 numbers at most; beyond in float64. A sum of squares is so exact to 1e-7, and no map is
 * copied to float64.
 */
public final class Sums {
  private Sums() {}

  /** Sum of (a - b)² over all elements. */
  public static double squaredDistance(NDArray a, NDArray b) {
    try (NDArray difference = a.sub(b)) {
      return square(difference);
    }
  }

  /** The same over each example's elements. */
  public static double[] squaredDistances(NDArray a, NDArray b) {
    try (NDArray difference = a.sub(b)) {
      return products(difference, difference);
    }
  }

  /** Sum of squares over all elements. */
  public static double square(NDArray a) {
    double sum = 0;
    for (double ofExample : products(a, a)) {
      sum += ofExample;
    }
    return sum;
  }

  /** Sum over each example's elements of a b. */
  public static double[] products(NDArray a, NDArray b) {
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
  public static NDArray rows(NDArray map) {
    try (NDArray single = map.sum(new int[] {2, 3})) {
      return single.toType(DataType.FLOAT64, false);
    }
  }

  /**
   * The mean over positions of each channel of each example, row by row.
   *
   * @param map [examples, channels, height, width] or [examples, channels]
   */
  public static double[] channelMeans(NDArray map) {
    Shape shape = map.getShape();
    double positions = (double) map.size() / shape.get(0) / shape.get(1);
    try (NDArray sums = shape.dimension() == 2 ? map.toType(DataType.FLOAT64, true) : rows(map)) {
      double[] means = HostArray.doubles(sums);
      for (int i = 0; i < means.length; i++) {
        means[i] /= positions;
      }
      return means;
    }
  }

  /** {@code sums}, empty at first, plus the sum over the first axis of float32 numbers. */
  public static double[] plusRows(double[] sums, NDArray rows) {
    try (NDArray ofBatch = rows.sum(new int[] {0});
        HostArray values = HostArray.of(ofBatch)) {
      FloatBuffer floats = values.bytes().asFloatBuffer();
      double[] total = sums.length == 0 ? new double[floats.remaining()] : sums;
      for (int i = 0; i < total.length; i++) {
        total[i] += floats.get();
      }
      return total;
    }
  }
}
