package io.stitchflow.dataset;

import io.stitchflow.network.NetworkInputs.Scale;
import io.stitchflow.tensors.Element;
import io.stitchflow.tensors.Float16;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * Mean and standard deviation of each channel or feature over examples and positions, in float64.
 * Sums are of differences to the first number of the channel, so that no large mean cancels.
 */
final class ChannelMoments implements ExampleSink {
  private static final double LEVELS = 255;

  private final Element element;
  private final int channels;

  /** Numbers in a row that belong to one channel. */
  private final int run;

  private final double[] first;
  private final double[] sums;
  private final double[] squares;

  /** Numbers of each channel so far. */
  private long perChannel;

  ChannelMoments(LabelledExamples of) {
    List<Integer> shape = of.shape();
    this.element = of.element();
    this.channels = Scale.channels(shape);
    this.run = shape.size() == 3 ? shape.get(1) * shape.get(2) : 1;
    this.first = new double[channels];
    this.sums = new double[channels];
    this.squares = new double[channels];
  }

  @Override
  public void write(ByteBuffer example, int label) {
    ByteBuffer numbers = example.order(ByteOrder.LITTLE_ENDIAN);
    int count = numbers.remaining() / element.bytes();
    if (perChannel == 0) {
      ByteBuffer peek = numbers.duplicate().order(ByteOrder.LITTLE_ENDIAN);
      for (int i = count - 1; i >= 0; i--) {
        first[i / run % channels] = next(peek.position(numbers.position() + i * element.bytes()));
      }
    }
    for (int i = 0; i < count; i++) {
      int channel = i / run % channels;
      double difference = next(numbers) - first[channel];
      sums[channel] += difference;
      squares[channel] += difference * difference;
    }
    perChannel += count / channels;
  }

  private double next(ByteBuffer numbers) {
    return switch (element) {
      case UINT8 -> Byte.toUnsignedInt(numbers.get()) / LEVELS;
      case FLOAT16 -> Float16.decode(numbers.getShort());
      case FLOAT32 -> numbers.getFloat();
    };
  }

  /**
   * Of all examples so far.
   *
   * @throws IllegalArgumentException if a channel is the same everywhere
   */
  Scale scale() {
    double[] means = new double[channels];
    double[] deviations = new double[channels];
    for (int channel = 0; channel < channels; channel++) {
      double mean = sums[channel] / perChannel;
      means[channel] = first[channel] + mean;
      deviations[channel] = Math.sqrt(Math.max(0, squares[channel] / perChannel - mean * mean));
      if (!(deviations[channel] > 0)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "channel %d of the train examples is %s everywhere, so normalization { from_train:"
                    + " true } has no deviation for it; write normalization { mean: [...] std: [...] }",
                channel,
                means[channel]));
      }
    }
    return new Scale(list(means), list(deviations));
  }

  private static List<Double> list(double[] numbers) {
    return DoubleStream.of(numbers).boxed().toList();
  }
}
