package io.stitchflow.network;

import static io.stitchflow.network.Architecture.IMAGE_CHANNELS;
import static io.stitchflow.network.Architecture.IMAGE_SIZE;

import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * What training does to each image at random: a mirror, a shift, a blank square (<a
 * href="https://arxiv.org/abs/1708.04552">DeVries and Taylor 2017</a>), in this order. What is
 * shifted in and what is blanked is the mean: 0 after normalisation.
 *
 * @param flip whether to mirror every other image left to right
 * @param translate farthest shift each way, in pixels
 * @param cutout side of the square, which lies within the image, in pixels; 0 for none
 */
record Augmentation(boolean flip, int translate, int cutout) {
  Augmentation {
    if (translate < 0 || translate > IMAGE_SIZE || cutout < 0 || cutout > IMAGE_SIZE) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "translate and cutout must be in [0, %d], but were: %d, %d",
              IMAGE_SIZE,
              translate,
              cutout));
    }
  }

  /** What happens to the next image. */
  Draw draw(SplittableRandom random) {
    boolean mirrored = flip && random.nextInt(2) == 1;
    int right = random.nextInt(-translate, translate + 1);
    int down = random.nextInt(-translate, translate + 1);
    int left = random.nextInt(IMAGE_SIZE - cutout + 1);
    int top = random.nextInt(IMAGE_SIZE - cutout + 1);
    return new Draw(mirrored, right, down, left, top, cutout);
  }

  /** One image's share of chance. */
  record Draw(boolean mirrored, int right, int down, int left, int top, int cutout) {
    /**
     * Writes the image to {@code target}, normalised, channels last.
     *
     * @param levels [channel, row, column], uint8
     * @param normalized value by channel and level
     * @param target [row, column, channel]
     */
    void render(byte[] levels, float[][] normalized, float[] target) {
      Arrays.fill(target, 0);
      int from = Math.max(0, right);
      int to = Math.min(IMAGE_SIZE, IMAGE_SIZE + right);
      int step = mirrored ? -1 : 1;
      for (int y = Math.max(0, down); y < Math.min(IMAGE_SIZE, IMAGE_SIZE + down); y++) {
        int x = from - right;
        int start = (y - down) * IMAGE_SIZE + (mirrored ? IMAGE_SIZE - 1 - x : x);
        for (int channel = 0; channel < IMAGE_CHANNELS; channel++) {
          float[] table = normalized[channel];
          int source = channel * Pixels.PLANE + start;
          for (int i = y * IMAGE_SIZE + from; i < y * IMAGE_SIZE + to; i++) {
            target[i * IMAGE_CHANNELS + channel] = table[levels[source] & 0xff];
            source += step;
          }
        }
      }
      for (int y = top; y < top + cutout; y++) {
        int row = (y * IMAGE_SIZE + left) * IMAGE_CHANNELS;
        Arrays.fill(target, row, row + cutout * IMAGE_CHANNELS, 0);
      }
    }
  }
}
