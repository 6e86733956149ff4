package io.stitchflow.statistics;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.torch.HostArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/**
 * Linear classifiers of representations: ridge regressions of one-hot labels, one for each of
 * several penalties, from sums over examples; Alain and Bengio 2016.
 *
 * <p>Minimises the mean of |W'u + b − one-hot|² + λ s |W|² over examples u, where s is the mean
 * variance of the numbers of u; the bias is not penalised.
 */
public final class LinearProbe {
  /** λ, ascending. */
  public static final List<Double> PENALTIES = List.of(1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.);

  /** Most numbers of an example where it is described by several means of a channel. */
  private static final int DETAILED = 512;

  /** Most numbers of an example. */
  private static final int LARGEST = 1_024;

  /** Parts that each side of a map is divided into, the finest first. */
  private static final List<Integer> GRIDS = List.of(4, 2);

  // One a penalty, [numbers + 1, classes], the bias in the last row
  private final List<DMatrixRMaj> weights;

  private LinearProbe(List<DMatrixRMaj> weights) {
    this.weights = List.copyOf(weights);
  }

  /**
   * Numbers of an example: the means of each channel over the parts of a grid of 4 x 4 or 2 x 2
   * that divides the map, if these are at most 512, else over the whole map; a vector itself.
   *
   * @param shape of an example, [channels, height, width] or [channels]
   */
  static int numbers(List<Integer> shape) {
    int grid = grid(shape);
    return Math.multiplyExact(shape.get(0), grid * grid);
  }

  /** Whether examples of {@code shape} have at most 1,024 numbers. */
  public static boolean fits(List<Integer> shape) {
    return numbers(shape) <= LARGEST;
  }

  private static int grid(List<Integer> shape) {
    List<Integer> sides = shape.subList(1, shape.size());
    for (int grid : GRIDS) {
      if (!sides.isEmpty()
          && sides.stream().allMatch(side -> side % grid == 0)
          && (long) shape.get(0) * grid * grid <= DETAILED) {
        return grid;
      }
    }
    return 1;
  }

  /**
   * The numbers of each example, float64.
   *
   * @param map [examples, channels, height, width] or [examples, channels]
   * @return [examples, numbers]: channel, then row and column of the grid
   */
  private static NDArray vectors(NDArray map, List<Integer> shape) {
    NDArray exact = map.toType(DataType.FLOAT64, false);
    if (shape.size() == 1) {
      return exact;
    }
    int grid = grid(shape);
    long examples = map.getShape().get(0);
    long height = shape.get(1) / grid;
    long width = shape.get(2) / grid;
    return exact
        .reshape(new Shape(examples, shape.get(0), grid, height, grid, width))
        .sum(new int[] {3, 5})
        .reshape(new Shape(examples, numbers(shape)))
        .div(height * width);
  }

  /** Sums over the examples that probes are fitted to. */
  public static final class Fit {
    private final List<Integer> shape;
    private final int numbers;
    // [numbers, numbers] and, by class, [classes, numbers]
    private final double[] products;
    private final double[] byClass;
    private final double[] counts;

    /**
     * @param shape of an example, [channels, height, width] or [channels], which fits
     */
    public Fit(List<Integer> shape, int classes) {
      this.shape = List.copyOf(shape);
      this.numbers = LinearProbe.numbers(shape);
      this.products = new double[numbers * numbers];
      this.byClass = new double[classes * numbers];
      this.counts = new double[classes];
    }

    /**
     * Adds a batch; what it opens lives in the caller's scope.
     *
     * @param map [examples, channels, height, width] or [examples, channels]
     * @param labels class by example, counted from this batch's first
     */
    public void add(NDArray map, IntUnaryOperator labels) {
      NDArray vectors = vectors(map, shape);
      double[] ofBatch = HostArray.doubles(vectors.transpose().matMul(vectors));
      for (int i = 0; i < products.length; i++) {
        products[i] += ofBatch[i];
      }
      double[] rows = HostArray.doubles(vectors);
      for (int row = 0; row < rows.length / numbers; row++) {
        int label = labels.applyAsInt(row);
        counts[label]++;
        for (int i = 0; i < numbers; i++) {
          byClass[label * numbers + i] += rows[row * numbers + i];
        }
      }
    }

    /** The probes of all penalties. */
    public LinearProbe solve() {
      double examples = Arrays.stream(counts).sum();
      // [numbers, 1] and [classes, 1]
      DMatrixRMaj means = new DMatrixRMaj(numbers, 1);
      DMatrixRMaj shares = new DMatrixRMaj(counts.length, 1, true, counts);
      CommonOps_DDRM.divide(shares, examples);
      for (int i = 0; i < byClass.length; i++) {
        means.add(i % numbers, 0, byClass[i] / examples);
      }
      DMatrixRMaj covariance = new DMatrixRMaj(numbers, numbers, true, products);
      CommonOps_DDRM.divide(covariance, examples);
      CommonOps_DDRM.multAddTransB(-1, means, means, covariance);
      DMatrixRMaj cross = new DMatrixRMaj(numbers, counts.length);
      CommonOps_DDRM.transpose(DMatrixRMaj.wrap(counts.length, numbers, byClass), cross);
      CommonOps_DDRM.divide(cross, examples);
      CommonOps_DDRM.multAddTransB(-1, means, shares, cross);
      Ridge ridge = new Ridge(covariance, cross);
      double variance = CommonOps_DDRM.trace(covariance) / numbers;
      List<DMatrixRMaj> weights = new ArrayList<>();
      for (double penalty : PENALTIES) {
        DMatrixRMaj inputs = ridge.weights(penalty * variance);
        DMatrixRMaj bias = CommonOps_DDRM.transpose(shares, null);
        CommonOps_DDRM.multAddTransA(-1, means, inputs, bias);
        DMatrixRMaj both = new DMatrixRMaj(numbers + 1, counts.length);
        CommonOps_DDRM.concatRows(inputs, bias, both);
        weights.add(both);
      }
      return new LinearProbe(weights);
    }
  }

  /** inv(C + l I) D for any l, from one eigendecomposition of a covariance C. */
  private static final class Ridge {
    private final EigenDecomposition_F64<DMatrixRMaj> eigen;
    // [numbers, numbers], an eigenvector a column
    private final DMatrixRMaj vectors;
    // [numbers, classes], D along the eigenvectors
    private final DMatrixRMaj along;

    Ridge(DMatrixRMaj covariance, DMatrixRMaj cross) {
      int numbers = covariance.numRows;
      eigen = DecompositionFactory_DDRM.eig(numbers, true, true);
      if (!eigen.decompose(covariance.copy())) {
        throw new IllegalStateException("no eigenvectors were found of size " + numbers);
      }
      vectors = new DMatrixRMaj(numbers, numbers);
      for (int i = 0; i < numbers; i++) {
        CommonOps_DDRM.insert(eigen.getEigenVector(i), vectors, 0, i);
      }
      along = CommonOps_DDRM.multTransA(vectors, cross, null);
    }

    DMatrixRMaj weights(double added) {
      double[] inverses = new double[vectors.numRows];
      for (int i = 0; i < inverses.length; i++) {
        // rounding may leave an eigenvalue a little below 0
        double value = Math.max(0, eigen.getEigenvalue(i).getReal()) + added;
        inverses[i] = value > 0 ? 1 / value : 0;
      }
      DMatrixRMaj scaled = along.copy();
      CommonOps_DDRM.multRows(inverses, scaled);
      return CommonOps_DDRM.mult(vectors, scaled, null);
    }
  }

  /** How many examples probes classify correctly. */
  public static final class Score {
    private final LinearProbe probe;
    private final List<Integer> shape;
    private final int from;
    private final int[] correct;
    private int examples;

    /** Of the probes of all penalties. */
    public Score(LinearProbe probe, List<Integer> shape) {
      this(probe, shape, 0, PENALTIES.size());
    }

    /** Of the probe of one penalty. */
    public Score(LinearProbe probe, List<Integer> shape, int penalty) {
      this(probe, shape, penalty, 1);
    }

    private Score(LinearProbe probe, List<Integer> shape, int from, int count) {
      this.probe = probe;
      this.shape = List.copyOf(shape);
      this.from = from;
      this.correct = new int[count];
    }

    /** Adds a batch, as {@link Fit#add}. */
    public void add(NDArray map, IntUnaryOperator labels) {
      int numbers = numbers(shape);
      double[] all = HostArray.doubles(vectors(map, shape));
      DMatrixRMaj rows = DMatrixRMaj.wrap(all.length / numbers, numbers, all);
      for (int i = 0; i < correct.length; i++) {
        DMatrixRMaj weights = probe.weights.get(from + i);
        DMatrixRMaj outputs =
            CommonOps_DDRM.mult(
                rows, CommonOps_DDRM.extract(weights, 0, numbers, 0, weights.numCols), null);
        for (int row = 0; row < rows.numRows; row++) {
          correct[i] += predicted(outputs, weights, row) == labels.applyAsInt(row) ? 1 : 0;
        }
      }
      examples += rows.numRows;
    }

    /** The first class of the largest output. */
    private static int predicted(DMatrixRMaj outputs, DMatrixRMaj weights, int row) {
      int largest = 0;
      double most = Double.NEGATIVE_INFINITY;
      for (int label = 0; label < outputs.numCols; label++) {
        double output = outputs.get(row, label) + weights.get(weights.numRows - 1, label);
        if (output > most) {
          most = output;
          largest = label;
        }
      }
      return largest;
    }

    /** Index of the penalty with the highest accuracy; the largest penalty of equals. */
    public int best() {
      int best = 0;
      for (int i = 0; i < correct.length; i++) {
        best = correct[i] >= correct[best] ? i : best;
      }
      return from + best;
    }

    /** Accuracy of the best penalty, in [0, 1]; NaN without examples. */
    public double accuracy() {
      return examples == 0 ? Double.NaN : (double) correct[best() - from] / examples;
    }
  }
}
