package io.stitchflow.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.tensors.Element;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.torch.Lane;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A data set's examples as networks take them: float32 [examples, channels, height, width],
 * [examples, tokens, features] or [examples, features], each channel or feature less a mean over a
 * deviation. Bytes are levels, 255 for 1. Batches are assembled in one buffer that each call
 * reuses.
 */
public final class NetworkInputs {
  private static final int LEVELS = 256;
  private static final int MAP = 3;

  /**
   * What each channel or feature of an example is normalised by.
   *
   * @param mean of each
   * @param deviation of each, above 0
   */
  public record Scale(List<Double> mean, List<Double> deviation) {
    /** CIFAR-10's: of all images whose data set does not say it. */
    public static final Scale CIFAR10 =
        new Scale(List.of(0.4914, 0.4822, 0.4465), List.of(0.2470, 0.2435, 0.2616));

    private static final String MEAN = "mean";
    private static final String DEVIATION = "std";

    public Scale {
      mean = List.copyOf(mean);
      deviation = List.copyOf(deviation);
      @Nullable String complaint = complaint(mean, deviation);
      if (complaint != null) {
        throw new IllegalArgumentException(complaint);
      }
    }

    /** What is wrong with such numbers, or null. */
    public static @Nullable String complaint(List<Double> mean, List<Double> deviation) {
      boolean good =
          !mean.isEmpty()
              && mean.size() == deviation.size()
              && mean.stream().allMatch(Double::isFinite)
              && deviation.stream().allMatch(each -> Double.isFinite(each) && each > 0);
      return good
          ? null
          : String.format(
              Locale.ROOT,
              "a mean and a deviation above 0 are needed for each channel, but were: %s, %s",
              mean,
              deviation);
    }

    /** How many channels, or features, an example of {@code shape} has. */
    public static int channels(List<Integer> shape) {
      return shape.get(shape.size() == 2 ? 1 : 0);
    }

    /**
     * What a data set's file says; of one that says nothing, {@link #CIFAR10} for images of red,
     * green and blue, else nothing.
     */
    public static @Nullable Scale of(TensorFile examples) {
      @Nullable String mean = examples.metadata().get(MEAN);
      @Nullable String deviation = examples.metadata().get(DEVIATION);
      if (mean != null && deviation != null) {
        return new Scale(numbers(mean), numbers(deviation));
      }
      boolean colour =
          examples.element() == Element.UINT8
              && examples.shape().size() == MAP
              && channels(examples.shape()) == CIFAR10.mean().size();
      return colour ? CIFAR10 : null;
    }

    private static List<Double> numbers(String text) {
      return Stream.of(text.split(" ")).map(Double::valueOf).toList();
    }

    /** As a data set's file says it. */
    public Map<String, String> metadata() {
      return Map.of(MEAN, text(mean), DEVIATION, text(deviation));
    }

    private static String text(List<Double> numbers) {
      return numbers.stream().map(String::valueOf).collect(Collectors.joining(" "));
    }
  }

  private final TensorFile examples;
  private final @Nullable Scale scale;
  private final int channels;

  /** How many numbers of an example in a row are of one channel. */
  private final int run;

  // Of bytes: [channel][level]
  private final float[][] levels;
  private final ByteBuffer batch;
  private final FloatBuffer floats;
  private final ByteBuffer row;
  private final float[] example;
  private final float[] rendered;

  /**
   * Normalised as the data set says.
   *
   * @param count most examples in a batch
   * @throws IllegalArgumentException as the other constructor
   */
  public NetworkInputs(TensorFile examples, int count) {
    this(examples, count, Scale.of(examples));
  }

  /**
   * @param count most examples in a batch
   * @param scale null for the numbers as they are
   * @throws IllegalArgumentException if networks do not take examples of this shape, the scale is
   *     of other channels, or a batch has 2 GiB or more
   */
  public NetworkInputs(TensorFile examples, int count, @Nullable Scale scale) {
    List<Integer> shape = examples.shape();
    @Nullable String complaint = ClassificationTask.complaint(shape);
    if (complaint != null) {
      throw new IllegalArgumentException(
          "the data set's examples are " + shape + ", but " + complaint);
    }
    this.channels = Scale.channels(shape);
    if (scale != null && scale.mean().size() != channels) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "there are a mean and a deviation for %d channels, but examples %s have %d",
              scale.mean().size(),
              shape,
              channels));
    }
    int elements = examples.elementsPerRow();
    long bytes = (long) count * elements * Float.BYTES;
    if (bytes > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a batch of %d examples %s has %d bytes; choose one of %d examples or fewer",
              count,
              shape,
              bytes,
              Integer.MAX_VALUE / (elements * Float.BYTES)));
    }
    this.examples = examples;
    this.scale = scale;
    this.run = shape.size() == MAP ? elements / channels : 1;
    this.levels = examples.element() == Element.UINT8 ? table(scale, channels) : new float[0][];
    this.batch = Lane.allocate((int) bytes);
    this.floats = batch.asFloatBuffer();
    this.row =
        ByteBuffer.allocate(elements * (examples.element() == Element.UINT8 ? 1 : Float.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    this.example = new float[elements];
    this.rendered = new float[elements];
  }

  /** By channel and level. */
  private static float[][] table(@Nullable Scale scale, int channels) {
    float[][] table = new float[channels][LEVELS];
    for (int channel = 0; channel < channels; channel++) {
      for (int level = 0; level < LEVELS; level++) {
        double share = level / (LEVELS - 1.);
        table[channel][level] = (float) normalize(scale, channel, share);
      }
    }
    return table;
  }

  private static double normalize(@Nullable Scale scale, int channel, double value) {
    return scale == null
        ? value
        : (value - scale.mean().get(channel)) / scale.deviation().get(channel);
  }

  /** All of the buffer that batches are assembled in. */
  ByteBuffer buffer() {
    return batch.duplicate().clear().order(batch.order());
  }

  /** The examples {@code from} to {@code from + count - 1}, until the next call. */
  public ByteBuffer read(int from, int count) {
    floats.clear();
    for (int i = from; i < from + count; i++) {
      floats.put(normalized(i));
    }
    return buffer().limit(floats.position() * Float.BYTES);
  }

  /** The same examples as an array of the lane, [count, channels, height, width] or alike. */
  public NDArray batch(Lane lane, int from, int count) {
    return lane.create(read(from, count), shape(count));
  }

  private Shape shape(int count) {
    return new Shape(
        LongStream.concat(
                LongStream.of(count), examples.shape().stream().mapToLong(Integer::longValue))
            .toArray());
  }

  /**
   * Fills the buffer with the examples {@code rows[from]} to {@code rows[from + count - 1]}; maps
   * are augmented again, and lie with their channels last: [examples, height, width, channels].
   */
  void readAugmented(
      int[] rows, int from, int count, Augmentation augmentation, SplittableRandom random) {
    floats.clear();
    for (int i = from; i < from + count; i++) {
      float[] next = normalized(rows[i]);
      if (isMap()) {
        augmentation.draw(random).render(next, channels, rendered);
        next = rendered;
      }
      floats.put(next);
    }
  }

  /** An array of {@code count} examples that {@link #readAugmented} read. */
  NDArray augmented(Lane lane, int count) {
    if (!isMap()) {
      return lane.create(buffer(), shape(count));
    }
    List<Integer> shape = examples.shape();
    // Lies in memory as convolutions like it best
    return lane.create(buffer(), new Shape(count, shape.get(1), shape.get(2), shape.get(0)))
        .transpose(0, 3, 1, 2);
  }

  private boolean isMap() {
    return examples.shape().size() == MAP;
  }

  /** One example, until the next call. */
  private float[] normalized(int index) {
    if (levels.length > 0) {
      examples.readBytes(index, 1, row);
      byte[] bytes = row.array();
      for (int i = 0; i < bytes.length; ) {
        float[] table = levels[i / run % channels];
        for (int end = i + run; i < end; i++) {
          example[i] = table[bytes[i] & 0xff];
        }
      }
      return example;
    }
    examples.readFloats(index, 1, row);
    row.asFloatBuffer().get(example);
    if (scale != null) {
      for (int i = 0; i < example.length; i++) {
        example[i] = (float) normalize(scale, i / run % channels, example[i]);
      }
    }
    return example;
  }
}
