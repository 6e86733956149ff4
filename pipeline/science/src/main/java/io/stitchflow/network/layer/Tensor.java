package io.stitchflow.network.layer;

import java.util.List;
import java.util.Random;

/**
 * An array of a network.
 *
 * @param inputs numbers behind each output of a linear layer; 0 of other arrays
 */
public record Tensor(String name, Role role, List<Integer> shape, int inputs) {
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
   * A number of the array before training: Kaiming-normal (fan out) in convolutions, uniform within
   * 1 / sqrt(inputs) in linear layers.
   */
  public double initial(Random random) {
    return switch (role) {
      case CONVOLUTION ->
          random.nextGaussian() * Math.sqrt(2. / (shape.get(0) * shape.get(2) * shape.get(3)));
      case ONE, RUNNING_VARIANCE -> 1;
      case ZERO, RUNNING_MEAN -> 0;
      case LINEAR, LINEAR_BIAS -> (2 * random.nextDouble() - 1) * (1 / Math.sqrt(inputs));
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
