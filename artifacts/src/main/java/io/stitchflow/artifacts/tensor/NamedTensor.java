package io.stitchflow.artifacts.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * An array with a name, such as a network's parameter.
 *
 * @param shape empty for a single number
 * @param data row by row, little-endian; each call returns a view of its own, from position 0
 */
public record NamedTensor(String name, Dtype dtype, List<Integer> shape, ByteBuffer data) {
  public NamedTensor {
    shape = List.copyOf(shape);
    long bytes = dtype.bytes();
    for (int size : shape) {
      if (size < 0) {
        throw new IllegalArgumentException(
            String.format("tensor '%s' has a size below 0: %s", name, shape));
      }
      bytes = Math.multiplyExact(bytes, size);
    }
    if (bytes != data.remaining()) {
      throw new IllegalArgumentException(
          String.format(
              "tensor '%s' of %s %s takes %s bytes, but the data has %s",
              name, dtype, shape, bytes, data.remaining()));
    }
    data = data.slice();
  }

  @Override
  public ByteBuffer data() {
    return data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }
}
