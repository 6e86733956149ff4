package io.stitchflow.report;

import io.stitchflow.v1.ReportNetwork;

/** The accuracy of guessing where all classes are as frequent as each other. */
final class Chance {
  private static final int USUAL_CLASSES = 10;

  private Chance() {}

  /** Of all networks, which learn from one data set; NaN where there are none. */
  static double of(Results results) {
    return results.pairs().isEmpty() ? Double.NaN : of(results.pairs().get(0).receiver());
  }

  static double of(ReportNetwork network) {
    return 1. / (network.getClasses() == 0 ? USUAL_CLASSES : network.getClasses());
  }
}
