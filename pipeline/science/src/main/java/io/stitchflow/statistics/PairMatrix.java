package io.stitchflow.statistics;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;

/**
 * A symmetric matrix with a number for each pair of examples, a diagonal of zeros and Frobenius
 * norm 1. The inner product of two of them is an unbiased linear CKA, in [-1, 1].
 *
 * <p>HSIC_1 of <a href="https://www.jmlr.org/papers/v13/song12a.html">Song et al. 2012</a> is the
 * inner product of the U-centred matrices over n(n − 3): <a
 * href="https://arxiv.org/abs/1310.2926">Székely and Rizzo 2014</a>. U-centring commutes with a
 * permutation of the examples, so a permuted CKA costs one inner product.
 *
 * <p>All is NaN where vectors do not vary, or where there are too few.
 */
public final class PairMatrix {
  /** Least number of examples of an unbiased estimate. */
  public static final int LEAST = 4;

  private final int examples;

  /** Row by row. */
  private final double[] values;

  private PairMatrix(int examples, double[] values) {
    this.examples = examples;
    this.values = values;
  }

  /**
   * The U-centred Gram matrix: a_ij − (a_i· + a_·j) / (n − 2) + a_·· / ((n − 1)(n − 2)), where dots
   * are sums over a with a diagonal of zeros.
   *
   * @param gram XX', [examples, examples]; an offset of x changes nothing
   * @param rounding trace up to which vectors do not vary
   */
  public static PairMatrix unbiased(DMatrixRMaj gram, double rounding) {
    int n = gram.numRows;
    double[] values = new double[n * n];
    double trace = 0;
    for (int i = 0; i < n; i++) {
      trace += gram.get(i, i);
    }
    if (trace > rounding && n >= LEAST) {
      center(gram, IntStream.range(0, n).toArray(), 1, values);
    }
    return unit(n, values);
  }

  /**
   * The same of vectors minus their class's mean. The inner product of two, before they are divided
   * by their norms, is an unbiased estimate of |C|² up to a factor, C the cross covariance within
   * classes, averaged over classes by their number of examples.
   *
   * <p>Two classes with k and m examples have the products of their residuals times sqrt(km / ((k −
   * 1)(m − 1))), since covariances of different classes are independent; one class has its
   * U-centred matrix times sqrt(k / (k − 3)). The plain residuals would be biased: those of one
   * class are correlated. Classes with fewer than {@link #LEAST} examples are left out.
   *
   * @param labels class by example
   */
  public static PairMatrix withinClasses(DMatrixRMaj gram, int[] labels, double rounding) {
    int n = gram.numRows;
    List<int[]> classes = classes(labels);
    DMatrixRMaj residuals = residuals(gram, classes);
    double[] values = new double[n * n];
    double trace = 0;
    for (int[] members : classes) {
      for (int i : members) {
        trace += residuals.get(i, i);
      }
    }
    if (trace > rounding) {
      for (int[] rows : classes) {
        for (int[] columns : classes) {
          if (rows != columns) {
            double weight = weight(rows.length, 1) * weight(columns.length, 1);
            for (int i : rows) {
              for (int j : columns) {
                values[i * n + j] = weight * residuals.get(i, j);
              }
            }
          }
        }
        center(residuals, rows, weight(rows.length, 3), values);
      }
    }
    return unit(n, values);
  }

  private static double weight(int examples, int less) {
    return Math.sqrt((double) examples / (examples - less));
  }

  /** The examples of each class that has enough. */
  private static List<int[]> classes(int[] labels) {
    Map<Integer, List<Integer>> byClass =
        IntStream.range(0, labels.length)
            .boxed()
            .collect(Collectors.groupingBy(i -> labels[i], TreeMap::new, Collectors.toList()));
    return byClass.values().stream()
        .filter(members -> members.size() >= LEAST)
        .map(members -> members.stream().mapToInt(Integer::intValue).toArray())
        .toList();
  }

  /** The Gram matrix of vectors minus their class's mean; 0 for examples of no class. */
  private static DMatrixRMaj residuals(DMatrixRMaj gram, List<int[]> classes) {
    int n = gram.numRows;
    DMatrixRMaj rows = new DMatrixRMaj(n, n);
    subtractClassMeans(gram, classes, rows);
    DMatrixRMaj both = new DMatrixRMaj(n, n);
    for (int[] members : classes) {
      double[] mean = new double[n];
      for (int i : members) {
        for (int j = 0; j < n; j++) {
          mean[j] += rows.get(i, j) / members.length;
        }
      }
      for (int i : members) {
        for (int j = 0; j < n; j++) {
          both.set(i, j, rows.get(i, j) - mean[j]);
        }
      }
    }
    return both;
  }

  /** In each row, subtracts from the numbers of a class their mean. */
  private static void subtractClassMeans(
      DMatrixRMaj gram, List<int[]> classes, DMatrixRMaj result) {
    for (int i = 0; i < gram.numRows; i++) {
      for (int[] members : classes) {
        double sum = 0;
        for (int j : members) {
          sum += gram.get(i, j);
        }
        for (int j : members) {
          result.set(i, j, gram.get(i, j) - sum / members.length);
        }
      }
    }
  }

  /** Writes the U-centred matrix of these examples, times {@code weight}. */
  private static void center(DMatrixRMaj gram, int[] members, double weight, double[] values) {
    int n = members.length;
    double[] shares = new double[n];
    double total = 0;
    for (int i = 0; i < n; i++) {
      double sum = 0;
      for (int j = 0; j < n; j++) {
        sum += i == j ? 0 : gram.get(members[i], members[j]);
      }
      shares[i] = sum / (n - 2);
      total += sum;
    }
    double all = total / ((n - 1.) * (n - 2.));
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        if (i != j) {
          values[members[i] * gram.numCols + members[j]] =
              weight * (gram.get(members[i], members[j]) - (shares[i] + shares[j]) + all);
        }
      }
    }
  }

  /** NaN where all is 0. */
  private static PairMatrix unit(int examples, double[] values) {
    double norm = Math.sqrt(Arrays.stream(values).map(value -> value * value).sum());
    for (int i = 0; i < values.length; i++) {
      values[i] /= norm;
    }
    return new PairMatrix(examples, values);
  }

  public int examples() {
    return examples;
  }

  /**
   * The inner product with {@code other}.
   *
   * @param order for each example here, the one that stands beside it in {@code other}
   */
  public double product(PairMatrix other, int[] order) {
    double total = 0;
    for (int i = 1; i < examples; i++) {
      int row = i * examples;
      int otherRow = order[i] * examples;
      // Two sums, since each addition waits for the one before
      double even = 0;
      double odd = 0;
      int j = 0;
      for (; j + 1 < i; j += 2) {
        even += values[row + j] * other.values[otherRow + order[j]];
        odd += values[row + j + 1] * other.values[otherRow + order[j + 1]];
      }
      if (j < i) {
        even += values[row + j] * other.values[otherRow + order[j]];
      }
      total += even + odd;
    }
    return Math.min(1, Math.max(-1, 2 * total));
  }
}
