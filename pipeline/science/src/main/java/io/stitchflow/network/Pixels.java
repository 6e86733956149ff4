package io.stitchflow.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.tensors.Element;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.torch.Lane;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * A data set's images as networks take them: float32 [examples, channels, height, width], each
 * channel less a mean over a deviation. Batches are assembled in one buffer that each call reuses.
 */
public final class Pixels {
  private static final int LEVELS = 256;

  /** Of images that networks take: those whose mean and deviation are known. */
  public static final int CHANNELS = 3;

  /**
   * What each channel of an image, in [0, 1], is normalised by.
   *
   * @param mean of each channel
   * @param deviation of each channel, above 0
   */
  public record Scale(List<Double> mean, List<Double> deviation) {
    /** CIFAR-10's, whatever the data set. */
    public static final Scale CIFAR10 =
        new Scale(List.of(0.4914, 0.4822, 0.4465), List.of(0.2470, 0.2435, 0.2616));

    public Scale {
      mean = List.copyOf(mean);
      deviation = List.copyOf(deviation);
      if (mean.size() != CHANNELS
          || deviation.size() != CHANNELS
          || !mean.stream().allMatch(Double::isFinite)
          || !deviation.stream().allMatch(each -> Double.isFinite(each) && each > 0)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "a mean and a deviation above 0 are needed for each of %d channels, but were: %s, %s",
                CHANNELS,
                mean,
                deviation));
      }
    }

    /** By channel and level. */
    private float[][] table() {
      float[][] table = new float[CHANNELS][LEVELS];
      for (int channel = 0; channel < CHANNELS; channel++) {
        for (int level = 0; level < LEVELS; level++) {
          double share = level / (LEVELS - 1.);
          table[channel][level] = (float) ((share - mean.get(channel)) / deviation.get(channel));
        }
      }
      return table;
    }
  }

  // [channel][level]
  private final float[][] normalized;
  private final TensorFile images;
  private final ByteBuffer batch;
  private final FloatBuffer floats;
  private final ByteBuffer levels;
  private final float[] image;

  /**
   * Normalised as {@link Scale#CIFAR10} says.
   *
   * @param examples most images in a batch
   * @throws IllegalArgumentException as the other constructor
   */
  public Pixels(TensorFile images, int examples) {
    this(images, examples, Scale.CIFAR10);
  }

  /**
   * @param examples most images in a batch
   * @throws IllegalArgumentException if images are not uint8 of a shape that networks take, or a
   *     batch has 2 GiB or more
   */
  public Pixels(TensorFile images, int examples, Scale scale) {
    @Nullable String complaint = ImageTask.complaint(images.shape());
    if (complaint != null || images.element() != Element.UINT8) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the data set's images are %s %s, but %s",
              images.element(),
              images.shape(),
              complaint == null ? "networks take UINT8" : complaint));
    }
    int elements = images.shape().stream().reduce(1, Math::multiplyExact);
    long bytes = (long) examples * elements * Float.BYTES;
    if (bytes > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a batch of %d images %s has %d bytes; choose one of %d images or fewer",
              examples,
              images.shape(),
              bytes,
              Integer.MAX_VALUE / (elements * Float.BYTES)));
    }
    this.normalized = scale.table();
    this.images = images;
    this.batch = Lane.allocate((int) bytes);
    this.floats = batch.asFloatBuffer();
    this.levels = ByteBuffer.allocate(elements);
    this.image = new float[elements];
  }

  /** All of the buffer that batches are assembled in. */
  ByteBuffer buffer() {
    return batch.duplicate().clear().order(batch.order());
  }

  /** The images {@code from} to {@code from + count - 1}, until the next call. */
  public ByteBuffer read(int from, int count) {
    floats.clear();
    for (int i = from; i < from + count; i++) {
      images.readBytes(i, 1, levels);
      normalize(levels.array(), image);
      floats.put(image);
    }
    return buffer().limit(floats.position() * Float.BYTES);
  }

  /** The same images as an array of the lane, [count, channels, height, width]. */
  public NDArray batch(Lane lane, int from, int count) {
    LongStream shape =
        LongStream.concat(
            LongStream.of(count), images.shape().stream().mapToLong(Integer::longValue));
    return lane.create(read(from, count), new Shape(shape.toArray()));
  }

  /**
   * Fills the buffer with the images {@code rows[from]} to {@code rows[from + count - 1]}, each
   * augmented again, channels last: [examples, height, width, channels].
   */
  void readAugmented(
      int[] rows, int from, int count, Augmentation augmentation, SplittableRandom random) {
    floats.clear();
    for (int i = from; i < from + count; i++) {
      images.readBytes(rows[i], 1, levels);
      augmentation.draw(random).render(levels.array(), normalized, image);
      floats.put(image);
    }
  }

  /** Of an array of {@code count} augmented images. */
  Shape augmentedShape(int count) {
    List<Integer> shape = images.shape();
    return new Shape(count, shape.get(1), shape.get(2), shape.get(0));
  }

  private void normalize(byte[] levels, float[] target) {
    int plane = levels.length / CHANNELS;
    for (int channel = 0; channel < CHANNELS; channel++) {
      float[] table = normalized[channel];
      int start = channel * plane;
      for (int i = start; i < start + plane; i++) {
        target[i] = table[levels[i] & 0xff];
      }
    }
  }
}
