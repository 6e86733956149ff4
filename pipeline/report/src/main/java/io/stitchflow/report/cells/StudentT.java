package io.stitchflow.report.cells;

/** Student's t distribution. */
final class StudentT {
  /** 97.5 % quantiles of 1 to 30 degrees of freedom; NIST/SEMATECH e-Handbook, table 1.3.6.7.2. */
  private static final double[] QUANTILES = {
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
    2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
    2.052, 2.048, 2.045, 2.042
  };

  /** 97.5 % quantile of the normal distribution. */
  static final double NORMAL = 1.959964;

  private StudentT() {}

  /** The number that t stays below with probability 97.5 %, to three decimals. */
  static double quantile975(int degrees) {
    if (degrees < 1) {
      throw new IllegalArgumentException("degrees of freedom start at 1, but were: " + degrees);
    }
    if (degrees <= QUANTILES.length) {
      return QUANTILES[degrees - 1];
    }
    // Cornish and Fisher's expansion about the normal quantile; Abramowitz and Stegun 26.7.5
    double z = NORMAL;
    double cubed = z * z * z;
    return z
        + (cubed + z) / (4. * degrees)
        + (5 * cubed * z * z + 16 * cubed + 3 * z) / (96. * degrees * degrees);
  }
}
