package io.stitchflow.network.layer;

import java.util.List;
import java.util.Random;

/**
 * An array of a network.
 *
 * @param start the standard deviation of a convolution, the bound of a linear layer, each number of
 *     a scale; 0 of other arrays
 */
public record Tensor(String name, Role role, List<Integer> shape, double start) {
  /** What an array is for, and so how it starts. */
  public enum Role {
    CONVOLUTION,
    ONE,
    ZERO,
    RUNNING_MEAN,
    RUNNING_VARIANCE,
    LINEAR,
    LINEAR_BIAS,
    SCALE
  }

  public Tensor {
    shape = List.copyOf(shape);
  }

  Tensor(String name, Role role, List<Integer> shape) {
    this(name, role, shape, 0);
  }

  /** A number of the array before training: normal in convolutions, uniform in linear layers. */
  public double initial(Random random) {
    return switch (role) {
      case CONVOLUTION -> random.nextGaussian() * start;
      case SCALE -> start;
      case ONE, RUNNING_VARIANCE -> 1;
      case ZERO, RUNNING_MEAN -> 0;
      case LINEAR, LINEAR_BIAS -> (2 * random.nextDouble() - 1) * start;
    };
  }

  public long elements() {
    return shape.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
  }

  public boolean isTrained() {
    return role != Role.RUNNING_MEAN && role != Role.RUNNING_VARIANCE;
  }

  public boolean isDecayed() {
    return role == Role.CONVOLUTION || role == Role.LINEAR;
  }
}
