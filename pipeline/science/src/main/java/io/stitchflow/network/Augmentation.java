package io.stitchflow.network;

import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * What training does to each image at random: a mirror, a shift, a blank square (<a
 * href="https://arxiv.org/abs/1708.04552">DeVries and Taylor 2017</a>), in this order. What is
 * shifted in and what is blanked is 0, after normalisation the mean.
 *
 * @param height rows of an image
 * @param width columns of an image
 * @param flip whether to mirror every other image left to right
 * @param translate farthest shift each way, in pixels
 * @param cutout side of the square, which lies within the image, in pixels; 0 for none
 */
record Augmentation(int height, int width, boolean flip, int translate, int cutout) {
  Augmentation {
    int side = Math.min(height, width);
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
    int left = random.nextInt(width - cutout + 1);
    int top = random.nextInt(height - cutout + 1);
    return new Draw(height, width, mirrored, right, down, left, top, cutout);
  }

  /** One image's share of chance. */
  record Draw(
      int height, int width, boolean mirrored, int right, int down, int left, int top, int cutout) {
    /**
     * Writes the image to {@code target}, channels last.
     *
     * @param image [channel, row, column], normalised
     * @param target [row, column, channel]
     */
    void render(float[] image, int channels, float[] target) {
      Arrays.fill(target, 0);
      int from = Math.max(0, right);
      int to = Math.min(width, width + right);
      int step = mirrored ? -1 : 1;
      for (int y = Math.max(0, down); y < Math.min(height, height + down); y++) {
        int x = from - right;
        int start = (y - down) * width + (mirrored ? width - 1 - x : x);
        for (int channel = 0; channel < channels; channel++) {
          int source = channel * height * width + start;
          for (int i = y * width + from; i < y * width + to; i++) {
            target[i * channels + channel] = image[source];
            source += step;
          }
        }
      }
      for (int y = top; y < top + cutout; y++) {
        int row = (y * width + left) * channels;
        Arrays.fill(target, row, row + cutout * channels, 0);
      }
    }
  }
}
