package io.stitchflow.report;

import io.stitchflow.v1.ReportNetwork;

/** The accuracy of guessing where all classes are as frequent as each other. */
final class Chance {
  private static final int USUAL_CLASSES = 10;

  private Chance() {}

  static double of(ReportNetwork network) {
    return 1. / (network.getClasses() == 0 ? USUAL_CLASSES : network.getClasses());
  }
}
