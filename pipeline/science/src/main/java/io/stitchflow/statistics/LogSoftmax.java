package io.stitchflow.statistics;

import ai.djl.ndarray.NDArray;
import io.stitchflow.torch.HostArray;
import java.nio.FloatBuffer;

/** Logarithms of the probabilities that a network's logits give to its classes, in float64. */
final class LogSoftmax {
  private LogSoftmax() {}

  /**
   * log p(k|x) in nats: a row for each example.
   *
   * @param logits [examples, classes], float32
   */
  static double[][] rows(NDArray logits) {
    int examples = Math.toIntExact(logits.getShape().get(0));
    int classes = Math.toIntExact(logits.getShape().get(1));
    double[][] rows = new double[examples][classes];
    try (HostArray values = HostArray.of(logits)) {
      FloatBuffer floats = values.bytes().asFloatBuffer();
      for (double[] row : rows) {
        double largest = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < classes; k++) {
          row[k] = floats.get();
          largest = Math.max(largest, row[k]);
        }
        double sum = 0;
        for (double logit : row) {
          sum += StrictMath.exp(logit - largest);
        }
        double normalizer = largest + StrictMath.log(sum);
        for (int k = 0; k < classes; k++) {
          row[k] -= normalizer;
        }
      }
    }
    return rows;
  }
}
