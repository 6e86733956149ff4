package io.stitchflow.statistics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * A permutation test: the score of two representations against the scores with the examples of one
 * side permuted. The permutations depend on the number of examples alone, so they are the same in
 * all cells.
 */
public final class PermutationNull {
  public static final int COUNT = 100;

  /** The significance level. */
  public static final double LEVEL = 0.05;

  private final int[] identity;
  private final List<int[]> permutations = new ArrayList<>();

  /**
   * A score against its null.
   *
   * @param score without a permutation
   * @param calibrated (score − t) / (1 − t), clipped to [0, 1]; t is the ceil((1 − level)(count +
   *     1))-th smallest of the score and the permuted scores
   * @param p (1 + permuted scores of at least the score) / (count + 1)
   */
  public record Calibrated(double score, double calibrated, double p) {}

  public PermutationNull(int examples) {
    this.identity = IntStream.range(0, examples).toArray();
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < COUNT; i++) {
      permutations.add(permutation(identity.clone(), random));
    }
  }

  private static int[] permutation(int[] order, SplittableRandom random) {
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    return order;
  }

  /** For each example itself. */
  public int[] identity() {
    return identity.clone();
  }

  /**
   * Compares a score with its null.
   *
   * @param score at most 1; by example of one side, the example of the other beside it. NaN if it
   *     is undefined
   */
  public Calibrated calibrate(ToDoubleFunction<int[]> score) {
    double own = score.applyAsDouble(identity);
    if (Double.isNaN(own)) {
      return new Calibrated(Double.NaN, Double.NaN, Double.NaN);
    }
    double[] all = new double[COUNT + 1];
    int atLeast = 0;
    for (int i = 0; i < COUNT; i++) {
      all[i] = score.applyAsDouble(permutations.get(i));
      atLeast += all[i] >= own ? 1 : 0;
    }
    all[COUNT] = own;
    Arrays.sort(all);
    double threshold = all[(int) Math.ceil((1 - LEVEL) * (COUNT + 1)) - 1];
    double above = threshold < 1 ? (own - threshold) / (1 - threshold) : 0;
    return new Calibrated(own, Math.max(0, above), (1. + atLeast) / (COUNT + 1));
  }
}
