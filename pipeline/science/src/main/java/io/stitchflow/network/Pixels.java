package io.stitchflow.network;

import static io.stitchflow.network.Architecture.IMAGE_CHANNELS;
import static io.stitchflow.network.Architecture.IMAGE_SIZE;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.tensors.Element;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.torch.Lane;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/**
 * A data set's images as networks take them: float32 [examples, channels, height, width], each
 * channel less the mean of CIFAR-10's over its deviation, whatever the data set. Batches are
 * assembled in one buffer that each call reuses.
 */
public final class Pixels {
  static final int PLANE = IMAGE_SIZE * IMAGE_SIZE;
  static final int ELEMENTS = IMAGE_CHANNELS * PLANE;

  private static final double[] MEAN = {0.4914, 0.4822, 0.4465};
  private static final double[] DEVIATION = {0.2470, 0.2435, 0.2616};
  private static final int LEVELS = 256;
  // [channel][level]
  private static final float[][] NORMALIZED = normalized();

  private final TensorFile images;
  private final ByteBuffer batch;
  private final FloatBuffer floats;
  private final ByteBuffer levels = ByteBuffer.allocate(ELEMENTS);
  private final float[] image = new float[ELEMENTS];

  /**
   * @param examples most images in a batch
   * @throws IllegalArgumentException if images are not uint8 of {@link Architecture#IMAGE_SHAPE}
   */
  public Pixels(TensorFile images, int examples) {
    if (!images.shape().equals(Architecture.IMAGE_SHAPE) || images.element() != Element.UINT8) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "networks take images UINT8 %s, but the data set's are %s %s",
              Architecture.IMAGE_SHAPE,
              images.element(),
              images.shape()));
    }
    this.images = images;
    this.batch = Lane.allocate(Math.multiplyExact(examples, ELEMENTS * Float.BYTES));
    this.floats = batch.asFloatBuffer();
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
      augmentation.draw(random).render(levels.array(), NORMALIZED, image);
      floats.put(image);
    }
  }

  private static void normalize(byte[] levels, float[] target) {
    for (int channel = 0; channel < IMAGE_CHANNELS; channel++) {
      float[] table = NORMALIZED[channel];
      int start = channel * PLANE;
      for (int i = start; i < start + PLANE; i++) {
        target[i] = table[levels[i] & 0xff];
      }
    }
  }

  private static float[][] normalized() {
    float[][] table = new float[IMAGE_CHANNELS][LEVELS];
    for (int channel = 0; channel < IMAGE_CHANNELS; channel++) {
      for (int level = 0; level < LEVELS; level++) {
        double share = level / (LEVELS - 1.);
        table[channel][level] = (float) ((share - MEAN[channel]) / DEVIATION[channel]);
      }
    }
    return table;
  }
}
