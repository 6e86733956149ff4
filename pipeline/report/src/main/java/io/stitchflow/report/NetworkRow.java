package io.stitchflow.report;

import io.stitchflow.v1.Evaluation;
import io.stitchflow.v1.ReportNetwork;
import io.stitchflow.v1.TrainingCurve;

/**
 * A network as the report's table shows it: what it is, and how well it does on whole splits.
 *
 * @param test its accuracy on the test split, in [0, 1]; NaN if unknown
 */
record NetworkRow(
    ReportNetwork network, TrainingCurve curve, double test, String digest, String curveDigest) {
  /** Three standard errors is what luck seldom reaches. */
  private static final double ERRORS = 3;

  /** A random network that does better than this many times chance has not been left random. */
  private static final double RANDOM_MOST = 2;

  static NetworkRow of(
      ReportNetwork network, TrainingCurve curve, String digest, String curveDigest) {
    return new NetworkRow(network, curve, share(curve.getTest()), digest, curveDigest);
  }

  String name() {
    return network.getName();
  }

  String state() {
    return network.getRandom() ? "random" : "trained";
  }

  String architecture() {
    return network.getArchitecture();
  }

  /** A described network has none. */
  String width() {
    return network.getWidth() == 0 ? "–" : Integer.toUnsignedString(network.getWidth());
  }

  String seed() {
    return Long.toUnsignedString(network.getSeed());
  }

  String dataset() {
    return network.getDataset();
  }

  String trainAccuracy() {
    return accuracy(curve.getTrain());
  }

  String testAccuracy() {
    return accuracy(curve.getTest());
  }

  String epochs() {
    return Integer.toString(curve.getLossCount());
  }

  String finalLoss() {
    return curve.getLossCount() == 0
        ? "–"
        : Numbers.fixed(curve.getLoss(curve.getLossCount() - 1), 4);
  }

  String verdict() {
    if (Double.isNaN(test)) {
      return "not measured";
    }
    if (network.getRandom()) {
      return suspicious() ? "above chance, though random" : "near chance";
    }
    return suspicious() ? "not above chance, though trained" : "above chance";
  }

  /** Whether the network breaks the rule that trained ones beat chance and random ones do not. */
  boolean suspicious() {
    if (Double.isNaN(test)) {
      return false;
    }
    double examples = Integer.toUnsignedLong(curve.getTest().getExamples());
    double chance = Chance.of(network);
    double error = Math.sqrt(chance * (1 - chance) / examples);
    return network.getRandom() ? test > RANDOM_MOST * chance : test <= chance + ERRORS * error;
  }

  private static String accuracy(Evaluation evaluation) {
    double share = share(evaluation);
    return Double.isNaN(share)
        ? "–"
        : Numbers.fixed(share, 4)
            + " ("
            + Integer.toUnsignedString(evaluation.getCorrect())
            + " of "
            + Integer.toUnsignedString(evaluation.getExamples())
            + ")";
  }

  private static double share(Evaluation evaluation) {
    double examples = Integer.toUnsignedLong(evaluation.getExamples());
    return examples == 0 ? Double.NaN : Integer.toUnsignedLong(evaluation.getCorrect()) / examples;
  }
}
