package io.stitchflow.network;

import java.util.List;

/**
 * An array of a network.
 *
 * @param inputs numbers behind each output of a linear layer; 0 of other arrays
 */
record Tensor(String name, Role role, List<Integer> shape, int inputs) {
  /** What an array is for, and so how it starts. */
  enum Role {
    CONVOLUTION,
    ONE,
    ZERO,
    RUNNING_MEAN,
    RUNNING_VARIANCE,
    LINEAR,
    LINEAR_BIAS
  }

  Tensor {
    shape = List.copyOf(shape);
  }

  Tensor(String name, Role role, List<Integer> shape) {
    this(name, role, shape, 0);
  }

  long elements() {
    return shape.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
  }

  boolean isTrained() {
    return role != Role.RUNNING_MEAN && role != Role.RUNNING_VARIANCE;
  }

  boolean isDecayed() {
    return role == Role.CONVOLUTION || role == Role.LINEAR;
  }
}
