package io.stitchflow.statistics;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.torch.HostArray;

/**
 * How much a representation varies around its channels' means, and how much of that lies between
 * blocks of positions; sums in float64.
 */
public final class RepresentationVariance {
  /** What is left of equal numbers, as a share of their squares: sums have 16 digits. */
  private static final double ROUNDING = 1e-12;

  private final int block;
  private double[] sum = {};
  private double square;
  private double squareOfBlockMeans;
  private double rows;

  /**
   * Blocks of {@code block} x {@code block} positions.
   *
   * @param block 1 where each position can take its own value
   */
  public RepresentationVariance(int block) {
    this.block = block;
  }

  /**
   * Adds a batch.
   *
   * @param y [examples, channels, height, width] or [examples, channels], float64
   */
  public void add(NDArray y) {
    Shape shape = y.getShape();
    long channels = shape.get(1);
    int[] allButChannels = shape.dimension() == 2 ? new int[] {0} : new int[] {0, 2, 3};
    double[] ofBatch = HostArray.doubles(y.sum(allButChannels));
    if (sum.length == 0) {
      sum = new double[ofBatch.length];
    }
    for (int i = 0; i < ofBatch.length; i++) {
      sum[i] += ofBatch[i];
    }
    double squares = HostArray.number(y.square().sum());
    square += squares;
    squareOfBlockMeans +=
        block == 1 ? squares : HostArray.number(blockSums(y).square().sum()) / (block * block);
    rows += (double) shape.size() / channels;
  }

  private NDArray blockSums(NDArray y) {
    Shape shape = y.getShape();
    return y.reshape(
            shape.get(0), shape.get(1), shape.get(2) / block, block, shape.get(3) / block, block)
        .sum(new int[] {3, 5});
  }

  /** Mean over all elements of (y - its channel's mean)²; 0 where that is rounding alone. */
  public double variance() {
    return squares() / (rows * sum.length);
  }

  /** Sum over all elements of (y - its channel's mean)²; 0 where that is rounding alone. */
  public double squares() {
    double squares = square - squareOfMeans();
    return squares > ROUNDING * square ? squares : 0;
  }

  /** The highest R² that outputs constant within blocks can reach; 1 where nothing varies. */
  public double ceiling() {
    double all = squares();
    return block == 1 || all == 0 ? 1 : (squareOfBlockMeans - squareOfMeans()) / all;
  }

  /** The sum over all elements of their channel's mean, squared. */
  private double squareOfMeans() {
    double total = 0;
    for (double channel : sum) {
      total += channel * channel / rows;
    }
    return total;
  }
}
