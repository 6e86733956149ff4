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

  /**
   * As an example crosses a cut: tokens [tokens, features] as a map [features, tokens, 1], all else
   * as it is.
   */
  public static List<Integer> crossing(List<Integer> example) {
    return example.size() == 2 ? List.of(example.get(1), example.get(0), 1) : example;
  }

  public int channels() {
    return shape.get(0);
  }

  /** Whether a map crosses, not a vector. */
  public boolean isMap() {
    return shape.size() > 1;
  }

  /** Height and width of the map; empty for a vector. */
  public List<Integer> sides() {
    return shape.subList(1, shape.size());
  }

  /** How many times higher and wider this map is than {@code small}; 0 unless a whole multiple. */
  public int multipleOf(CutPoint small) {
    if (!isMap() || !small.isMap()) {
      return 0;
    }
    int multiple = sides().get(0) / small.sides().get(0);
    return small.sides().stream().map(side -> side * multiple).toList().equals(sides())
        ? multiple
        : 0;
  }

  /** Numbers that cross for one example. */
  public int elements() {
    return shape.stream().reduce(1, Math::multiplyExact);
  }
}
