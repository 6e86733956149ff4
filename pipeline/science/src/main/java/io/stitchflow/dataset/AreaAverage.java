package io.stitchflow.dataset;

import static io.stitchflow.dataset.Cifar.CHANNELS;
import static io.stitchflow.dataset.Cifar.SIZE;

import java.nio.ByteBuffer;

/**
 * Brings a square image to 32 x 32: each new pixel is the mean of what it covers of the old ones,
 * the exact mean, rounded half up. Smaller images are enlarged by the same rule, and 32 x 32 stays
 * as it is. All in whole numbers, so that every machine gets the same.
 *
 * <p>In lengths of which an old pixel has 32, new pixel i covers [i size, (i + 1) size) and old
 * pixel k covers [32 k, 32 (k + 1)).
 */
final class AreaAverage {
  private final int size;
  // [channel][row, column]: levels times covered areas, of size x size in all for each new pixel
  private final long[][] sums = new long[CHANNELS][SIZE * SIZE];
  private int row;

  /**
   * @param size side of the old image
   */
  AreaAverage(int size) {
    this.size = size;
  }

  /**
   * Adds the next row.
   *
   * @param levels [channel][column], in 0 to 255
   */
  void add(int[][] levels) {
    for (int channel = 0; channel < CHANNELS; channel++) {
      long[] across = across(levels[channel]);
      for (int i = first(row); i < SIZE && i * size < SIZE * (row + 1); i++) {
        long height = overlap(i, row);
        for (int j = 0; j < SIZE; j++) {
          sums[channel][i * SIZE + j] += height * across[j];
        }
      }
    }
    row++;
  }

  private long[] across(int[] levels) {
    long[] across = new long[SIZE];
    for (int k = 0; k < size; k++) {
      for (int j = first(k); j < SIZE && j * size < SIZE * (k + 1); j++) {
        across[j] += (long) overlap(j, k) * levels[k];
      }
    }
    return across;
  }

  /** The first new pixel that covers some of old pixel k. */
  private int first(int k) {
    return SIZE * k / size;
  }

  private int overlap(int i, int k) {
    return Math.min((i + 1) * size, SIZE * (k + 1)) - Math.max(i * size, SIZE * k);
  }

  /** The new image, [channel, row, column]. */
  ByteBuffer levels() {
    long area = (long) size * size;
    ByteBuffer image = ByteBuffer.allocate(Cifar.IMAGE_BYTES);
    for (long[] plane : sums) {
      for (long sum : plane) {
        image.put((byte) ((2 * sum + area) / (2 * area)));
      }
    }
    return image.flip();
  }
}
