package io.stitchflow.network;

import static io.stitchflow.network.Pixels.CHANNELS;

import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * What training does to each image at random: a mirror, a shift, a blank square (<a
 * href="https://arxiv.org/abs/1708.04552">DeVries and Taylor 2017</a>), in this order. What is
 * shifted in and what is blanked is the mean: 0 after normalisation.
 *
 * @param side rows and columns of an image
 * @param flip whether to mirror every other image left to right
 * @param translate farthest shift each way, in pixels
 * @param cutout side of the square, which lies within the image, in pixels; 0 for none
 */
record Augmentation(int side, boolean flip, int translate, int cutout) {
  Augmentation {
    if (translate < 0 || translate > side || cutout < 0 || cutout > side) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "translate and cutout must be in [0, %d], but were: %d, %d",
              side,
              translate,
              cutout));
    }
  }

  /** What happens to the next image. */
  Draw draw(SplittableRandom random) {
    boolean mirrored = flip && random.nextInt(2) == 1;
    int right = random.nextInt(-translate, translate + 1);
    int down = random.nextInt(-translate, translate + 1);
    int left = random.nextInt(side - cutout + 1);
    int top = random.nextInt(side - cutout + 1);
    return new Draw(side, mirrored, right, down, left, top, cutout);
  }

  /** One image's share of chance. */
  record Draw(int side, boolean mirrored, int right, int down, int left, int top, int cutout) {
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
      int to = Math.min(side, side + right);
      int step = mirrored ? -1 : 1;
      for (int y = Math.max(0, down); y < Math.min(side, side + down); y++) {
        int x = from - right;
        int start = (y - down) * side + (mirrored ? side - 1 - x : x);
        for (int channel = 0; channel < CHANNELS; channel++) {
          float[] table = normalized[channel];
          int source = channel * side * side + start;
          for (int i = y * side + from; i < y * side + to; i++) {
            target[i * CHANNELS + channel] = table[levels[source] & 0xff];
            source += step;
          }
        }
      }
      for (int y = top; y < top + cutout; y++) {
        int row = (y * side + left) * CHANNELS;
        Arrays.fill(target, row, row + cutout * CHANNELS, 0);
      }
    }
  }
}
