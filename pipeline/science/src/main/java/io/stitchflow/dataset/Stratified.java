package io.stitchflow.dataset;

import io.stitchflow.v1.SplitExamples;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Draws parts of a split, each with the same share of every class, as near as whole images allow.
 *
 * <p>The images of each class are shuffled by the seed. Test takes the first of them, validation
 * the next, train the last: so a small train part is the same whatever the others take, as long as
 * they do not meet.
 */
final class Stratified {
  /** What an image is used for. */
  enum Part {
    TRAIN,
    VALIDATION,
    TEST,
    NONE
  }

  private Stratified() {}

  /**
   * The part of each image.
   *
   * @param labels class by image, below {@code classes}
   * @throws IllegalArgumentException if there are fewer images than the parts want
   */
  static Part[] assign(int[] labels, int classes, SplitExamples wanted) {
    long all = (long) wanted.getTrain() + wanted.getValidation() + wanted.getTest();
    if (all > labels.length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%d train, %d validation and %d test images are more than the %d train images"
                  + " there are",
              wanted.getTrain(),
              wanted.getValidation(),
              wanted.getTest(),
              labels.length));
    }
    List<int[]> rows = shuffled(labels, classes, wanted.getSeed());
    int[] sizes = rows.stream().mapToInt(of -> of.length).toArray();
    int[] test = apportion(wanted.getTest(), sizes, sizes);
    int[] left = minus(sizes, test);
    int[] validation = apportion(wanted.getValidation(), sizes, left);
    left = minus(left, validation);
    int[] train = apportion(wanted.getTrain(), left, left);
    Part[] parts = new Part[labels.length];
    for (int label = 0; label < classes; label++) {
      int[] own = rows.get(label);
      for (int i = 0; i < own.length; i++) {
        parts[own[i]] =
            i < test[label]
                ? Part.TEST
                : i < test[label] + validation[label]
                    ? Part.VALIDATION
                    : i >= own.length - train[label] ? Part.TRAIN : Part.NONE;
      }
    }
    return parts;
  }

  /** The images of each class, in an order of its own. */
  private static List<int[]> shuffled(int[] labels, int classes, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<int[]> rows = new ArrayList<>();
    for (int label = 0; label < classes; label++) {
      int wanted = label;
      int[] own = IntStream.range(0, labels.length).filter(i -> labels[i] == wanted).toArray();
      SplittableRandom ofClass = random.split();
      for (int i = own.length - 1; i > 0; i--) {
        int j = ofClass.nextInt(i + 1);
        int row = own[i];
        own[i] = own[j];
        own[j] = row;
      }
      rows.add(own);
    }
    return rows;
  }

  /**
   * Whole numbers that add up to {@code total} in the proportion of {@code weights}, none above its
   * limit: the largest remainders are rounded up, of equal ones the first.
   */
  static int[] apportion(int total, int[] weights, int[] limits) {
    long sum = IntStream.of(weights).asLongStream().sum();
    int[] shares = new int[weights.length];
    long[] remainders = new long[weights.length];
    int left = total;
    for (int i = 0; i < weights.length; i++) {
      long product = (long) total * weights[i];
      shares[i] = sum == 0 ? 0 : (int) Math.min(limits[i], product / sum);
      remainders[i] = sum == 0 ? 0 : product % sum;
      left -= shares[i];
    }
    List<Integer> order =
        IntStream.range(0, weights.length)
            .boxed()
            .sorted(Comparator.comparingLong((Integer i) -> remainders[i]).reversed())
            .toList();
    while (left > 0) {
      int before = left;
      for (int i : order) {
        if (left > 0 && shares[i] < limits[i]) {
          shares[i]++;
          left--;
        }
      }
      if (left == before) {
        throw new IllegalArgumentException(total + " is more than the limits add up to");
      }
    }
    return shares;
  }

  private static int[] minus(int[] a, int[] b) {
    return IntStream.range(0, a.length).map(i -> a[i] - b[i]).toArray();
  }
}
