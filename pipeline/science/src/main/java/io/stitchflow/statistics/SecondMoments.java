package io.stitchflow.statistics;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import org.ejml.data.DMatrixRMaj;

/**
 * The mean of vv' over the channel vectors v of maps, one at each position; about 0, not about
 * their mean. Products are summed in float32 over 1,024 positions at most or over one example,
 * beyond in float64.
 */
public final class SecondMoments {
  /** Most positions of several examples that are multiplied as one matrix, which is faster. */
  private static final long TOGETHER = 1_024;

  private double[] sums = {};
  private double positions;

  /**
   * Adds a batch.
   *
   * @param map [examples, channels, height, width] or [examples, channels], float32
   */
  public void add(NDArray map) {
    Shape shape = map.getShape();
    long examples = shape.get(0);
    long channels = shape.get(1);
    long ofExample = map.size() / examples / channels;
    try (NDArray rows = map.reshape(examples, channels, ofExample);
        NDArray vectors =
            examples * ofExample <= TOGETHER
                ? rows.transpose(1, 0, 2).reshape(1, channels, examples * ofExample)
                : rows.reshape(rows.getShape());
        NDArray transposed = vectors.transpose(0, 2, 1);
        NDArray products = vectors.matMul(transposed)) {
      sums = Sums.plusRows(sums, products);
    }
    positions += (double) map.size() / channels;
  }

  /** [channels, channels]. */
  public DMatrixRMaj mean() {
    int channels = (int) Math.round(Math.sqrt(sums.length));
    DMatrixRMaj mean = new DMatrixRMaj(channels, channels);
    for (int i = 0; i < sums.length; i++) {
      mean.data[i] = sums[i] / positions;
    }
    return mean;
  }
}
