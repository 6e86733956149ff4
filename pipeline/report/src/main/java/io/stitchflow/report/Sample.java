package io.stitchflow.report;

/** Mean and spread of numbers, added one at a time. */
final class Sample {
  private double sum;
  private double sumOfSquares;
  private double origin;
  private int size;

  void add(double value) {
    if (size == 0) {
      origin = Double.isFinite(value) ? value : 0;
    }
    // About the first value, so that the spread of nearly equal numbers is not lost
    double shifted = value - origin;
    sum += shifted;
    sumOfSquares += shifted * shifted;
    size++;
  }

  int size() {
    return size;
  }

  /** NaN if empty. */
  double mean() {
    return size == 0 ? Double.NaN : origin + sum / size;
  }

  /** Standard deviation with n - 1 in the denominator; 0 for fewer than two numbers. */
  double deviation() {
    return size < 2 ? 0 : Math.sqrt(Math.max(0, (sumOfSquares - sum * sum / size) / (size - 1)));
  }

  /**
   * Half the width of the 95 % interval of the mean, by Student's t; 0 for fewer than two numbers,
   * which have none.
   */
  double halfInterval() {
    return size < 2 ? 0 : StudentT.quantile975(size - 1) * deviation() / Math.sqrt(size);
  }
}
