package io.stitchflow.statistics;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.torch.Lane;
import java.nio.ByteBuffer;
import org.ejml.data.DMatrixRMaj;
import org.jspecify.annotations.Nullable;

/**
 * Mean and covariance of a representation's channel vectors, one a position.
 *
 * <p>Vectors are moved by the means of the first batch before they are multiplied, so that a large
 * mean takes no digits from the covariance. Products of one batch are summed in float32, example by
 * example, over batches in float64.
 */
public final class ChannelMoments {
  /** Variance below this share of the mean square is rounding. */
  private static final double ROUNDING = 1e-12;

  private final Lane lane;
  private @Nullable ByteBuffer origin;
  private double[] shift = {};
  private final Products products = new Products();
  private double[] sum = {};
  private double positions;

  public ChannelMoments(Lane lane) {
    this.lane = lane;
  }

  /**
   * Adds a batch.
   *
   * @param map [examples, channels, height, width], or [examples, channels]
   * @return the channel vectors about the first batch's means, [examples, channels, positions]; of
   *     vectors [1, channels, examples]
   */
  public NDArray add(NDArray map) {
    Shape shape = map.getShape();
    NDArray vectors =
        shape.dimension() == 2
            ? map.transpose().reshape(1, shape.get(1), shape.get(0))
            : map.reshape(shape.get(0), shape.get(1), shape.get(2) * shape.get(3));
    NDArray moved = vectors.sub(origin(vectors));
    products.add(moved, moved);
    try (NDArray ofChannels = moved.sum(new int[] {2})) {
      sum = Sums.plusRows(sum, ofChannels);
    }
    positions += (double) shape.size() / shape.get(1);
    return moved;
  }

  private NDArray origin(NDArray vectors) {
    long channels = vectors.getShape().get(1);
    ByteBuffer floats = origin;
    if (floats == null) {
      try (NDArray sums = vectors.sum(new int[] {0, 2});
          NDArray means = sums.div(vectors.size() / channels)) {
        floats = Lane.copy(means);
      }
      origin = floats;
      shift = new double[(int) channels];
      for (int i = 0; i < channels; i++) {
        shift[i] = floats.getFloat(i * Float.BYTES);
      }
    }
    return lane.create(floats.duplicate(), new Shape(1, channels, 1));
  }

  public int channels() {
    return shift.length;
  }

  /** The mean about the first batch's, which {@link #shift} is. */
  public double[] offset() {
    double[] offset = new double[sum.length];
    for (int i = 0; i < offset.length; i++) {
      offset[i] = sum[i] / positions;
    }
    return offset;
  }

  /** The mean of each channel over the first batch. */
  public double[] shift() {
    return shift;
  }

  /** [channels, channels], about the mean. */
  public DMatrixRMaj covariance() {
    return products.covariance(this, this);
  }

  /** Sum of the channels' variances; 0 where there is nothing but rounding. */
  public double variance() {
    DMatrixRMaj covariance = covariance();
    double[] offset = offset();
    double variance = 0;
    double square = 0;
    for (int i = 0; i < shift.length; i++) {
      variance += covariance.get(i, i);
      square += covariance.get(i, i) + (shift[i] + offset[i]) * (shift[i] + offset[i]);
    }
    return variance > ROUNDING * square ? variance : 0;
  }

  /** Sums of ab' over positions, of vectors a and b that {@link #add} returned. */
  public static final class Products {
    private double[] sums = {};

    /** Adds a batch: [examples, channels, positions] each. */
    public void add(NDArray a, NDArray b) {
      try (NDArray transposed = b.transpose(0, 2, 1);
          NDArray ofExamples = a.matMul(transposed)) {
        sums = Sums.plusRows(sums, ofExamples);
      }
    }

    /** [channels of a, channels of b], about the means. */
    public DMatrixRMaj covariance(ChannelMoments a, ChannelMoments b) {
      double[] x = a.offset();
      double[] y = b.offset();
      DMatrixRMaj covariance = new DMatrixRMaj(x.length, y.length);
      for (int i = 0; i < x.length; i++) {
        for (int j = 0; j < y.length; j++) {
          covariance.set(i, j, sums[i * y.length + j] / a.positions - x[i] * y[j]);
        }
      }
      return covariance;
    }
  }
}
