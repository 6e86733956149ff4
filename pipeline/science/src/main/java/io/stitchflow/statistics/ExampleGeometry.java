package io.stitchflow.statistics;

import org.ejml.data.DMatrixRMaj;

/**
 * How the examples of a sample lie to each other in one representation.
 *
 * @param unbiased for the unbiased CKA
 * @param withinClasses for the CKA within classes
 */
public record ExampleGeometry(PairMatrix unbiased, PairMatrix withinClasses, Neighbors neighbors) {
  /**
   * The geometry of vectors x.
   *
   * @param gram XX', [examples, examples], of vectors about their mean
   * @param labels class by example
   * @param rounding a sum of squares up to which vectors do not vary
   */
  public static ExampleGeometry of(DMatrixRMaj gram, int[] labels, double rounding) {
    return new ExampleGeometry(
        PairMatrix.unbiased(gram, rounding),
        PairMatrix.withinClasses(gram, labels, rounding),
        Neighbors.of(gram, rounding));
  }

  public int examples() {
    return unbiased.examples();
  }
}
