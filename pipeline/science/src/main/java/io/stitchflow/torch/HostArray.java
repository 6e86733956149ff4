package io.stitchflow.torch;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * An array's values where Java can read them: in place on a CPU, a copy of what is on a GPU. Valid
 * until it or the array is closed.
 */
public final class HostArray implements AutoCloseable {
  private final ByteBuffer bytes;
  private final @Nullable NDManager ofCopy;

  private HostArray(NDArray array, @Nullable NDManager ofCopy) {
    this.bytes = array.toByteBuffer(true).order(ByteOrder.LITTLE_ENDIAN);
    this.ofCopy = ofCopy;
  }

  public static HostArray of(NDArray array) {
    if (!array.getDevice().isGpu()) {
      return new HostArray(array, null);
    }
    NDArray copy = array.toDevice(Device.cpu(), false);
    // DJL opens a manager for each copy, which the array's own would keep as long as its lane lives
    return new HostArray(copy, copy.getManager());
  }

  /** The value of an array of one element, float32 or float64. */
  public static double number(NDArray array) {
    try (HostArray values = of(array)) {
      return array.getDataType() == DataType.FLOAT64
          ? values.bytes.getDouble()
          : values.bytes.getFloat();
    }
  }

  /** The values of an array of float64, row by row. */
  public static double[] doubles(NDArray array) {
    try (HostArray values = of(array)) {
      double[] doubles = new double[values.bytes.remaining() / Double.BYTES];
      values.bytes.asDoubleBuffer().get(doubles);
      return doubles;
    }
  }

  /** Row by row, little-endian. */
  public ByteBuffer bytes() {
    return bytes;
  }

  @Override
  public void close() {
    if (ofCopy != null) {
      ofCopy.close();
    }
  }
}
