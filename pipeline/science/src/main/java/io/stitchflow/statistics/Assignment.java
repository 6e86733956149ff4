package io.stitchflow.statistics;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;

/** Which sender channel each receiver channel is most like, each used once. */
public final class Assignment {
  private Assignment() {}

  /**
   * The permutation of largest total score, by the Hungarian method in O(n³) (Kuhn 1955, Munkres
   * 1957; shortest augmenting paths as in Jonker and Volgenant 1987).
   *
   * @param scores [n, n], row = sender channel, column = receiver channel
   * @return the row of each column
   */
  public static int[] best(DMatrixRMaj scores) {
    int n = scores.numRows;
    // 1-based; column 0 stands for the row that is being placed
    double[] rowPrice = new double[n + 1];
    double[] columnPrice = new double[n + 1];
    int[] rowOf = new int[n + 1];
    for (int row = 1; row <= n; row++) {
      int[] previous = new int[n + 1];
      double[] slack = new double[n + 1];
      boolean[] reached = new boolean[n + 1];
      Arrays.fill(slack, Double.POSITIVE_INFINITY);
      rowOf[0] = row;
      int column = 0;
      do {
        reached[column] = true;
        int from = rowOf[column];
        int next = 0;
        double least = Double.POSITIVE_INFINITY;
        for (int j = 1; j <= n; j++) {
          if (!reached[j]) {
            double cost = -scores.get(from - 1, j - 1) - rowPrice[from] - columnPrice[j];
            if (cost < slack[j]) {
              slack[j] = cost;
              previous[j] = column;
            }
            if (slack[j] < least) {
              least = slack[j];
              next = j;
            }
          }
        }
        for (int j = 0; j <= n; j++) {
          if (reached[j]) {
            rowPrice[rowOf[j]] += least;
            columnPrice[j] -= least;
          } else {
            slack[j] -= least;
          }
        }
        column = next;
      } while (rowOf[column] != 0);
      while (column != 0) {
        rowOf[column] = rowOf[previous[column]];
        column = previous[column];
      }
    }
    int[] sources = new int[n];
    for (int j = 1; j <= n; j++) {
      sources[j - 1] = rowOf[j] - 1;
    }
    return sources;
  }

  /** Correlations of covariances; 0 where a channel does not vary. */
  public static DMatrixRMaj correlations(DMatrixRMaj cross, DMatrixRMaj rows, DMatrixRMaj columns) {
    DMatrixRMaj correlations = new DMatrixRMaj(cross.numRows, cross.numCols);
    for (int i = 0; i < cross.numRows; i++) {
      for (int j = 0; j < cross.numCols; j++) {
        double size = Math.sqrt(Math.max(0, rows.get(i, i)) * Math.max(0, columns.get(j, j)));
        correlations.set(i, j, size > 0 ? cross.get(i, j) / size : 0);
      }
    }
    return correlations;
  }
}
