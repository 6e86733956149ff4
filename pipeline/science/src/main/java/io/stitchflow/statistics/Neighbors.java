package io.stitchflow.statistics;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;

/**
 * The {@link #COUNT} nearest neighbours of each example, by Euclidean distance; of equal distances
 * the earlier example is nearer.
 */
public final class Neighbors {
  public static final int COUNT = 10;

  /** Below, the neighbours of an example are half of all others. */
  private static final int LEAST = 2 * COUNT + 1;

  private final int examples;

  /** By example, [examples, {@link #COUNT}]; empty if undefined. */
  private final int[] nearest;

  private Neighbors(int examples, int[] nearest) {
    this.examples = examples;
    this.nearest = nearest;
  }

  /**
   * The neighbours of vectors; undefined if there are fewer than 21, or if they do not vary.
   *
   * @param columns [features, examples]
   * @param varies whether more than rounding tells the examples apart
   */
  public static Neighbors of(DMatrixRMaj columns, boolean varies) {
    int n = columns.numCols;
    if (n < LEAST || !varies) {
      return new Neighbors(n, new int[0]);
    }
    int[] nearest = new int[n * COUNT];
    double[] distances = new double[n];
    for (int i = 0; i < n; i++) {
      measure(columns, i, distances);
      fill(distances, i, nearest);
    }
    return new Neighbors(n, nearest);
  }

  /**
   * Squares of the distances from an example, feature by feature. Not from a Gram matrix: its
   * rounding orders distances that are equal.
   */
  private static void measure(DMatrixRMaj columns, int example, double[] distances) {
    Arrays.fill(distances, 0);
    double[] values = columns.data;
    for (int row = 0; row < values.length; row += distances.length) {
      double own = values[row + example];
      for (int j = 0; j < distances.length; j++) {
        double difference = values[row + j] - own;
        distances[j] += difference * difference;
      }
    }
  }

  /** Keeps the nearest so far in order. */
  private static void fill(double[] distances, int example, int[] nearest) {
    double[] kept = new double[COUNT];
    int from = example * COUNT;
    int found = 0;
    for (int j = 0; j < distances.length; j++) {
      double distance = distances[j];
      if (j == example || (found == COUNT && distance >= kept[COUNT - 1])) {
        continue;
      }
      int at = found < COUNT ? found++ : COUNT - 1;
      for (; at > 0 && kept[at - 1] > distance; at--) {
        kept[at] = kept[at - 1];
        nearest[from + at] = nearest[from + at - 1];
      }
      kept[at] = distance;
      nearest[from + at] = j;
    }
  }

  /**
   * The mean share of an example's neighbours that it has in {@code other} too: mutual k-nearest
   * neighbours of <a href="https://arxiv.org/abs/2405.07987">Huh et al. 2024</a>. NaN if undefined.
   *
   * @param order for each example here, the one that stands beside it in {@code other}
   */
  public double overlap(Neighbors other, int[] order) {
    if (nearest.length == 0 || other.nearest.length == 0) {
      return Double.NaN;
    }
    int shared = 0;
    boolean[] here = new boolean[examples];
    for (int i = 0; i < examples; i++) {
      for (int k = 0; k < COUNT; k++) {
        here[order[nearest[i * COUNT + k]]] = true;
      }
      for (int k = 0; k < COUNT; k++) {
        shared += here[other.nearest[order[i] * COUNT + k]] ? 1 : 0;
      }
      for (int k = 0; k < COUNT; k++) {
        here[order[nearest[i * COUNT + k]]] = false;
      }
    }
    return (double) shared / nearest.length;
  }
}
