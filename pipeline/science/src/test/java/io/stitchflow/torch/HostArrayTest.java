package io.stitchflow.torch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HostArrayTest {
  private final Lane lane = Lane.open();

  @AfterEach
  void close() {
    lane.close();
  }

  @Test
  void number_eitherWidth_isExact() {
    NDArray x = lane.manager().create(new float[] {0.1f});
    assertThat(HostArray.number(x)).isEqualTo(0.1f);
    assertThat(HostArray.number(x.toType(DataType.FLOAT64, false).mul(3).sum()))
        .isEqualTo(0.1f * 3d);
  }

  @Test
  void doubles_transposedMatrix_areRowByRow() {
    NDArray x = lane.manager().create(new double[] {1, 2, 3, 4}, new Shape(2, 2));
    assertThat(HostArray.doubles(x.transpose())).containsExactly(1, 3, 2, 4);
  }

  @Test
  void of_arrayOfTheCpu_copiesNothing() {
    ByteBuffer buffer = Lane.allocate(Float.BYTES);
    try (HostArray values = HostArray.of(lane.create(buffer, new Shape(1)))) {
      buffer.putFloat(0, 7);
      assertThat(values.bytes().getFloat()).isEqualTo(7);
    }
  }

  @Test
  void of_arrayOfAGpu_readsACopyAndFreesItWithItsManager() {
    NDManager ofCopy = lane.manager().newSubManager();
    NDArray copy = ofCopy.create(new float[] {1, 2, 3, 4}, new Shape(2, 2)).transpose();
    try (HostArray values = HostArray.of(onGpu(copy))) {
      assertThat(values.bytes().asFloatBuffer().get(1)).isEqualTo(3);
      assertThat(ofCopy.isOpen()).isTrue();
    }
    assertThat(ofCopy.isOpen()).isFalse();
    assertThat(lane.manager().isOpen()).isTrue();
  }

  /** An array that says it is on a GPU, and gives {@code copy} when asked for one. */
  private static NDArray onGpu(NDArray copy) {
    return (NDArray)
        Proxy.newProxyInstance(
            NDArray.class.getClassLoader(),
            new Class<?>[] {NDArray.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "getDevice" -> Device.gpu(0);
                  case "toDevice" -> {
                    assertThat(arguments).containsExactly(Device.cpu(), false);
                    yield copy;
                  }
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }
}
