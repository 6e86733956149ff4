package io.stitchflow.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;

/**
 * Multi-head self-attention, as torch.nn.MultiheadAttention computes it (<a
 * href="https://arxiv.org/abs/1706.03762">Vaswani et al. 2017</a>).
 *
 * @param inWeight of queries, keys and values, [3 channels, channels]
 * @param inBias [3 channels]
 * @param outWeight [channels, channels]
 * @param outBias [channels]
 * @param heads divides the channels
 */
public record Attention(
    NDArray inWeight, NDArray inBias, NDArray outWeight, NDArray outBias, int heads) {
  /**
   * Every position of a map attends to all.
   *
   * @param x [examples, channels, height, width]
   * @return the same shape, with channels last
   */
  public NDArray apply(NDArray x) {
    Shape shape = x.getShape();
    Shape rows = new Shape(shape.get(0), shape.get(2) * shape.get(3), shape.get(1));
    Shape last = new Shape(shape.get(0), shape.get(2), shape.get(3), shape.get(1));
    try (NDArray moved = x.transpose(0, 2, 3, 1);
        NDArray positions = moved.reshape(rows);
        NDArray projected = Functional.linear(positions, inWeight, inBias);
        NDArray attended = attend(projected);
        NDArray joined = attended.reshape(rows);
        NDArray y = Functional.linear(joined, outWeight, outBias);
        NDArray map = y.reshape(last)) {
      return map.transpose(0, 3, 1, 2);
    }
  }

  /** [examples, positions, heads, channels / heads] of queries, keys and values in a row. */
  private NDArray attend(NDArray projected) {
    long channels = outBias.size();
    try (NDList parts = JniUtils.split((PtNDArray) projected, channels, 2);
        NDArray queries = split(parts.get(0));
        NDArray keys = split(parts.get(1));
        NDArray values = split(parts.get(2));
        NDArray transposed = keys.transpose(0, 1, 3, 2);
        NDArray products = queries.matMul(transposed);
        NDArray scores = Functional.times(products, Math.sqrt((double) heads / channels));
        NDArray weights = JniUtils.softmax((PtNDArray) scores, 3, DataType.FLOAT32);
        NDArray means = weights.matMul(values)) {
      return means.transpose(0, 2, 1, 3);
    }
  }

  /** [examples, heads, positions, channels / heads]. */
  private NDArray split(NDArray part) {
    Shape shape = part.getShape();
    Shape split = new Shape(shape.get(0), shape.get(1), heads, shape.get(2) / heads);
    try (NDArray each = part.reshape(split)) {
      return each.transpose(0, 2, 1, 3);
    }
  }
}
