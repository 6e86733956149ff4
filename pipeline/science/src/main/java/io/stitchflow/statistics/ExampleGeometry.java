package io.stitchflow.statistics;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * How the examples of a sample lie to each other in one representation.
 *
 * @param unbiased for the unbiased CKA
 * @param withinClasses for the CKA within classes
 */
public record ExampleGeometry(PairMatrix unbiased, PairMatrix withinClasses, Neighbors neighbors) {
  /** A sum of squares below this share of that of the vectors is rounding. */
  private static final double ROUNDING = 1e-12;

  /**
   * The geometry of vectors.
   *
   * @param columns [features, examples], at least one example
   * @param labels class by example
   */
  public static ExampleGeometry of(DMatrixRMaj columns, int[] labels) {
    int examples = columns.numCols;
    DMatrixRMaj centred = new DMatrixRMaj(columns.numRows, examples);
    double squares = 0;
    for (int row = 0; row < columns.data.length; row += examples) {
      double sum = 0;
      for (int i = row; i < row + examples; i++) {
        sum += columns.data[i];
        squares += columns.data[i] * columns.data[i];
      }
      for (int i = row; i < row + examples; i++) {
        centred.data[i] = columns.data[i] - sum / examples;
      }
    }
    DMatrixRMaj gram = new DMatrixRMaj(examples, examples);
    CommonOps_DDRM.multInner(centred, gram);
    double rounding = ROUNDING * squares;
    return new ExampleGeometry(
        PairMatrix.unbiased(gram, rounding),
        PairMatrix.withinClasses(gram, labels, rounding),
        Neighbors.of(columns, CommonOps_DDRM.trace(gram) > rounding));
  }

  public int examples() {
    return unbiased.examples();
  }
}
