package io.stitchflow.picture;

import java.nio.ByteBuffer;

/**
 * Resizes a square image: each new pixel is the mean of what it covers of the old ones, the exact
 * mean, rounded half up. Smaller images are enlarged by the same rule, and an image of the new size
 * stays as it is. All in whole numbers, so that every machine gets the same.
 *
 * <p>In lengths of which an old pixel has {@code side}, new pixel i covers [i size, (i + 1) size)
 * and old pixel k covers [side k, side (k + 1)).
 */
final class AreaAverage {
  /** Red, green and blue. */
  static final int CHANNELS = 3;

  private final int size;
  private final int side;
  // [channel][row, column]: levels times covered areas, of size x size in all for each new pixel
  private final long[][] sums;
  private int row;

  /**
   * @param size side of the old image
   * @param side that of the new one
   */
  AreaAverage(int size, int side) {
    this.size = size;
    this.side = side;
    this.sums = new long[CHANNELS][side * side];
  }

  /**
   * Adds the next row.
   *
   * @param levels [channel][column], in 0 to 255
   */
  void add(int[][] levels) {
    for (int channel = 0; channel < CHANNELS; channel++) {
      long[] across = across(levels[channel]);
      for (int i = first(row); i < side && i * size < side * (row + 1); i++) {
        long height = overlap(i, row);
        for (int j = 0; j < side; j++) {
          sums[channel][i * side + j] += height * across[j];
        }
      }
    }
    row++;
  }

  private long[] across(int[] levels) {
    long[] across = new long[side];
    for (int k = 0; k < size; k++) {
      for (int j = first(k); j < side && j * size < side * (k + 1); j++) {
        across[j] += (long) overlap(j, k) * levels[k];
      }
    }
    return across;
  }

  /** The first new pixel that covers some of old pixel k. */
  private int first(int k) {
    return side * k / size;
  }

  private int overlap(int i, int k) {
    return Math.min((i + 1) * size, side * (k + 1)) - Math.max(i * size, side * k);
  }

  /** The new image, [channel, row, column]. */
  ByteBuffer levels() {
    long area = (long) size * size;
    ByteBuffer image = ByteBuffer.allocate(CHANNELS * side * side);
    for (long[] plane : sums) {
      for (long sum : plane) {
        image.put((byte) ((2 * sum + area) / (2 * area)));
      }
    }
    return image.flip();
  }
}
