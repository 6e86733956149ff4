package io.stitchflow.report.cells;

import io.stitchflow.v1.Evaluation;
import io.stitchflow.v1.ReportNetwork;
import io.stitchflow.v1.TrainingCurve;

/**
 * A network, or a sender without one, as the report's table shows it: what it is, and how well it
 * does on whole splits.
 *
 * @param test its accuracy on the test split, in [0, 1]; NaN if unknown
 */
public record NetworkRow(
    ReportNetwork network,
    TrainingCurve curve,
    double test,
    String digest,
    String curveDigest,
    Chance chance) {
  /** A random network that does better than this many times chance has not been left random. */
  private static final double RANDOM_MOST = 2;

  public static NetworkRow of(
      ReportNetwork network,
      TrainingCurve curve,
      String digest,
      String curveDigest,
      Chance chance) {
    return new NetworkRow(network, curve, share(curve.getTest()), digest, curveDigest, chance);
  }

  /**
   * A sender without a network.
   *
   * @param digest of all that it sends on train examples
   */
  public static NetworkRow ofSender(ReportNetwork sender, String digest, Chance chance) {
    return new NetworkRow(
        sender, TrainingCurve.getDefaultInstance(), Double.NaN, digest, "–", chance);
  }

  public String name() {
    return network.getName();
  }

  /** Whether it is a sender without a network, which has no accuracy. */
  public boolean withoutNetwork() {
    return network.getWithoutNetwork();
  }

  String state() {
    if (withoutNetwork()) {
      return "sender without a network";
    }
    return network.getRandom() ? "random" : network.getImported() ? "imported" : "trained";
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
    return withoutNetwork() ? "–" : Integer.toString(curve.getLossCount());
  }

  String finalLoss() {
    return curve.getLossCount() == 0
        ? "–"
        : Numbers.fixed(curve.getLoss(curve.getLossCount() - 1), 4);
  }

  String verdict() {
    if (withoutNetwork()) {
      return "–";
    }
    if (Double.isNaN(test)) {
      return "not measured";
    }
    if (network.getRandom()) {
      return suspicious() ? "above chance, though random" : "near chance";
    }
    return suspicious() ? "not above chance, though " + state() : "above chance";
  }

  /** Whether it is trained or imported and does no better than the majority class. */
  public boolean atChance() {
    return suspicious() && !network.getRandom();
  }

  /** Whether the network breaks the rule that trained ones beat chance and random ones do not. */
  public boolean suspicious() {
    if (Double.isNaN(test)) {
      return false;
    }
    double most = Math.min(RANDOM_MOST * chance.accuracy(), (1 + chance.accuracy()) / 2);
    return network.getRandom()
        ? test > most
        : !chance.isBelow(test, Integer.toUnsignedLong(curve.getTest().getExamples()));
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
