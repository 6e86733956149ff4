package io.stitchflow.network;

import java.util.List;

/**
 * A cut after {@code layer}; each example crosses it as {@code shape}, [channels, height, width].
 */
public record CutPoint(String layer, List<Integer> shape) {
  public CutPoint {
    if (layer.isBlank()) {
      throw new IllegalArgumentException("a cut needs a layer name, but was: '" + layer + "'");
    }
    shape = List.copyOf(shape);
    if (shape.isEmpty() || shape.stream().anyMatch(size -> size < 1)) {
      throw new IllegalArgumentException("a cut's sizes must be at least 1, but were: " + shape);
    }
  }

  public int channels() {
    return shape.get(0);
  }

  /** Numbers that cross for one example. */
  public int elements() {
    return shape.stream().reduce(1, Math::multiplyExact);
  }
}
