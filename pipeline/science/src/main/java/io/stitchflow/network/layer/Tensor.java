package io.stitchflow.network.layer;

import java.util.List;
import java.util.Random;

/**
 * An array of a network.
 *
 * @param fan of a linear layer, how many numbers each output reads; of a convolution, how many
 *     outputs read each number of a map, not counting its border; 0 of other arrays
 */
public record Tensor(String name, Role role, List<Integer> shape, int fan) {
  /** What an array is for, and so how it starts. */
  public enum Role {
    CONVOLUTION,
    ONE,
    ZERO,
    RUNNING_MEAN,
    RUNNING_VARIANCE,
    LINEAR,
    LINEAR_BIAS
  }

  public Tensor {
    shape = List.copyOf(shape);
  }

  Tensor(String name, Role role, List<Integer> shape) {
    this(name, role, shape, 0);
  }

  /**
   * A number of the array before training: normal with variance 2 / fan in convolutions (Kaiming,
   * fan out), uniform within 1 / sqrt(fan) in linear layers.
   */
  public double initial(Random random) {
    return switch (role) {
      case CONVOLUTION -> random.nextGaussian() * Math.sqrt(2. / fan);
      case ONE, RUNNING_VARIANCE -> 1;
      case ZERO, RUNNING_MEAN -> 0;
      case LINEAR, LINEAR_BIAS -> (2 * random.nextDouble() - 1) * (1 / Math.sqrt(fan));
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
