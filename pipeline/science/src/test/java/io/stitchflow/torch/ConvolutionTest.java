package io.stitchflow.torch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Convolutions with channels last beside sums in float64: oneDNN has another kernel for each. */
class ConvolutionTest {
  private static final int EXAMPLES = 3;
  private static final int SIDE = 5;
  private static final double CLOSE = 1e-5;

  private final Lane lane = Lane.open();
  private final Random random = new Random(1);

  @AfterEach
  void close() {
    lane.close();
  }

  @ParameterizedTest
  @CsvSource({
    "1,4,4", "1,3,16", "1,16,16", "1,16,8", "2,2,2", "2,4,2", "12,1,1", "16,1,1", "4,1,2", "12,1,2",
    "16,1,2", "3,1,4", "2,1,16"
  })
  void conv2d_channelsLast_hasTheOutputAndGradientsOfSums(int groups, int in, int out) {
    for (int kernel : new int[] {3, 5}) {
      for (int stride : new int[] {1, 2}) {
        compare(new Layout(groups, in, out, kernel, stride));
      }
    }
  }

  /**
   * A convolution.
   *
   * @param in channels a group
   * @param out channels a group
   */
  private record Layout(int groups, int in, int out, int kernel, int stride) {
    int padding() {
      return kernel / 2;
    }

    int side() {
      return (SIDE - 1) / stride + 1;
    }

    Shape x() {
      return new Shape(EXAMPLES, (long) groups * in, SIDE, SIDE);
    }

    Shape weight() {
      return new Shape((long) groups * out, in, kernel, kernel);
    }

    Shape y() {
      return new Shape(EXAMPLES, (long) groups * out, side(), side());
    }

    Window window() {
      return new Window(
          Extent.square(kernel), Extent.square(stride), Extent.square(padding()), Extent.square(1));
    }
  }

  private void compare(Layout layout) {
    float[] x = gaussian(layout.x());
    float[] weight = gaussian(layout.weight());
    float[] direction = gaussian(layout.y());
    double[] y = new double[direction.length];
    double[] gradientOfX = new double[x.length];
    double[] gradientOfWeight = new double[weight.length];
    visit(
        layout,
        (to, from, by) -> {
          y[to] += (double) x[from] * weight[by];
          gradientOfX[from] += (double) direction[to] * weight[by];
          gradientOfWeight[by] += (double) direction[to] * x[from];
        });
    Lane.scoped(
        () -> {
          NDArray map = Functional.channelsLast(array(x, layout.x()));
          NDArray kernels = array(weight, layout.weight());
          NDArray along = array(direction, layout.y());
          Autograd.track(map);
          Autograd.track(kernels);
          NDArray[] output = new NDArray[1];
          Autograd.backward(
              Autograd.withGradient(
                  () -> {
                    output[0] =
                        Functional.conv2d(map, kernels, null, layout.window(), layout.groups());
                    return output[0].mul(along).sum();
                  }));
          assertClose("output of " + layout, output[0], y);
          assertClose("gradient of the input of " + layout, map.getGradient(), gradientOfX);
          assertClose("gradient of " + layout, kernels.getGradient(), gradientOfWeight);
        });
  }

  /**
   * Sees each product of the sum: where it goes to, the input and the weight, as places in rows.
   */
  private interface Product {
    void add(int y, int x, int weight);
  }

  private static void visit(Layout layout, Product product) {
    int outputs = layout.groups() * layout.out();
    int inputs = layout.groups() * layout.in();
    for (int y = 0; y < EXAMPLES * outputs * layout.side() * layout.side(); y++) {
      int column = y % layout.side();
      int row = y / layout.side() % layout.side();
      int channel = y / layout.side() / layout.side() % outputs;
      int example = y / layout.side() / layout.side() / outputs;
      for (int k = 0; k < layout.in() * layout.kernel() * layout.kernel(); k++) {
        int across = column * layout.stride() + k % layout.kernel() - layout.padding();
        int down = row * layout.stride() + k / layout.kernel() % layout.kernel() - layout.padding();
        int of = k / layout.kernel() / layout.kernel() + channel / layout.out() * layout.in();
        if (Math.min(across, down) >= 0 && Math.max(across, down) < SIDE) {
          int x = ((example * inputs + of) * SIDE + down) * SIDE + across;
          product.add(y, x, channel * layout.in() * layout.kernel() * layout.kernel() + k);
        }
      }
    }
  }

  private static void assertClose(String what, NDArray ours, double[] expected) {
    float[] values = Functional.channelsFirst(ours).toFloatArray();
    assertThat(values).as(what).hasSameSizeAs(expected);
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      difference = Math.max(difference, Math.abs(values[i] - expected[i]));
    }
    assertThat(difference).as(what).isLessThan(CLOSE * largest);
  }

  private float[] gaussian(Shape shape) {
    float[] values = new float[Math.toIntExact(shape.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private NDArray array(float[] values, Shape shape) {
    ByteBuffer bytes = Lane.allocate(values.length * Float.BYTES);
    bytes.asFloatBuffer().put(values);
    return lane.create(bytes, shape);
  }
}
