package io.stitchflow.statistics;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;
import org.ejml.interfaces.linsol.LinearSolverDense;
import org.jspecify.annotations.Nullable;

/** Mean and covariance of vectors, by which others are scored. */
public final class Gaussian {
  /** Variance below this share of the mean square is rounding. */
  private static final double ROUNDING = 1e-12;

  private final double[] mean;
  private final DMatrixRMaj inverse;

  private Gaussian(double[] mean, DMatrixRMaj inverse) {
    this.mean = mean;
    this.inverse = inverse;
  }

  /**
   * (v - m)' inv(C + l I) (v - m), the squared Mahalanobis distance from the mean m, of each row.
   *
   * @param vectors row by row
   */
  public double[] scores(double[] vectors) {
    int size = mean.length;
    DMatrixRMaj moved = DMatrixRMaj.wrap(vectors.length / size, size, vectors.clone());
    for (int i = 0; i < vectors.length; i++) {
      moved.data[i] -= mean[i % size];
    }
    DMatrixRMaj scaled = new DMatrixRMaj(moved.numRows, size);
    CommonOps_DDRM.mult(moved, inverse, scaled);
    double[] scores = new double[moved.numRows];
    for (int i = 0; i < vectors.length; i++) {
      scores[i / size] += moved.data[i] * scaled.data[i];
    }
    return scores;
  }

  /**
   * inv(C + l I).
   *
   * @param covariance C
   * @param ridge l
   */
  public static DMatrixRMaj inverse(DMatrixRMaj covariance, double ridge) {
    DMatrixRMaj raised = covariance.copy();
    for (int i = 0; i < raised.numRows; i++) {
      raised.add(i, i, ridge);
    }
    LinearSolverDense<DMatrixRMaj> solver = LinearSolverFactory_DDRM.symmPosDef(raised.numRows);
    if (!solver.setA(raised)) {
      throw new IllegalStateException(
          "a covariance with " + ridge + " added to its diagonal must be positive");
    }
    DMatrixRMaj inverse = new DMatrixRMaj(covariance.numRows, covariance.numCols);
    solver.invert(inverse);
    return inverse;
  }

  /** Scores of examples by the channel means of their maps, batch by batch. */
  public static final class Scores {
    private final Gaussian gaussian;
    private double[] scores = {};
    private int examples;

    public Scores(Gaussian gaussian) {
      this.gaussian = gaussian;
    }

    /** Adds the next examples. */
    public void add(NDArray map) {
      double[] more = gaussian.scores(Sums.channelMeans(map));
      if (examples + more.length > scores.length) {
        scores = Arrays.copyOf(scores, 2 * (examples + more.length));
      }
      System.arraycopy(more, 0, scores, examples, more.length);
      examples += more.length;
    }

    /** Of all examples so far, in their order. */
    public double[] all() {
      return Arrays.copyOf(scores, examples);
    }
  }

  /** The vectors that a Gaussian is fitted to, batch by batch; sums are in float64. */
  public static final class Fit {
    private final int size;
    private final double[] sum;
    private final DMatrixRMaj products;
    private int vectors;

    /**
     * @param size of a vector
     */
    public Fit(int size) {
      this.size = size;
      this.sum = new double[size];
      this.products = new DMatrixRMaj(size, size);
    }

    /**
     * Adds vectors.
     *
     * @param rows row by row
     */
    public void add(double[] rows) {
      DMatrixRMaj batch = DMatrixRMaj.wrap(rows.length / size, size, rows);
      CommonOps_DDRM.multAddTransA(batch, batch, products);
      for (int i = 0; i < rows.length; i++) {
        sum[i % size] += rows[i];
      }
      vectors += batch.numRows;
    }

    /**
     * Mean and covariance of all vectors so far; null if they do not vary.
     *
     * @param ridge share of the mean variance that is added to each variance
     */
    public @Nullable Gaussian gaussian(double ridge) {
      double[] mean = new double[size];
      for (int i = 0; i < size; i++) {
        mean[i] = sum[i] / vectors;
      }
      DMatrixRMaj covariance = new DMatrixRMaj(size, size);
      double variance = 0;
      double square = 0;
      for (int i = 0; i < size; i++) {
        for (int j = 0; j < size; j++) {
          covariance.set(i, j, products.get(i, j) / vectors - mean[i] * mean[j]);
        }
        variance += covariance.get(i, i);
        square += products.get(i, i) / vectors;
      }
      return variance > ROUNDING * square
          ? new Gaussian(mean, inverse(covariance, ridge * variance / size))
          : null;
    }
  }
}
