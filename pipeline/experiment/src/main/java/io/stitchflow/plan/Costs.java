package io.stitchflow.plan;

import io.stitchflow.network.CutPoint;
import io.stitchflow.network.NetworkSource;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Rough work of stages in multiply-accumulates (MACs), for estimates of time and the order of
 * starts; never in a key.
 */
final class Costs {
  static final double IMPORT_PER_IMAGE = 2e6;
  static final double IMPORT_PER_NUMBER = 100;
  static final double REPORT = 5e9;

  /** Reading or writing an element costs about as much as this many MACs. */
  private static final double PER_ELEMENT = 20;

  /** Forward and backward over a network that learns, over forward alone. */
  private static final double TRAIN_TO_FORWARD = 3;

  /** The same where only the gradient of the input is needed. */
  private static final double INPUT_GRADIENT_TO_FORWARD = 2;

  /** Passes that measure a stitch's loss: before the first epoch and after the last. */
  private static final double MEASUREMENTS = 2;

  private final int train;
  private final int validation;
  private final int test;
  private final IdentityHashMap<NetworkSource, Long> macs = new IdentityHashMap<>();
  private final Map<String, Long> suffixes = new HashMap<>();

  /** Representations of {@code train}, {@code validation} and {@code test} examples. */
  Costs(int train, int validation, int test) {
    this.train = train;
    this.validation = validation;
    this.test = test;
  }

  double training(NetworkSource network, int epochs, int trainExamples, int testExamples) {
    return macs(network)
        * ((double) epochs * trainExamples * TRAIN_TO_FORWARD + trainExamples + testExamples);
  }

  /** Representations of a split. */
  int examples(String split) {
    return switch (split) {
      case "train" -> train;
      case "validation" -> validation;
      default -> test;
    };
  }

  double representation(NetworkSource network, CutPoint cut, String split) {
    double share = (double) macs(network) / network.cuts().size();
    return examples(split) * (share + PER_ELEMENT * elements(cut));
  }

  /** Of {@code columns} numbers: those of a window of the cut's map, and 1. */
  double gram(CutPoint cut, int columns) {
    double positions = elements(cut) / (columns - 1);
    return train * positions * ((double) columns * columns + PER_ELEMENT * columns);
  }

  double cross(StitchPair cell) {
    return train
        * positions(cell)
        * ((double) cell.columns() * cell.receiverCut().channels() + PER_ELEMENT * cell.columns());
  }

  double solve(StitchPair cell) {
    double columns = cell.columns();
    // an eigendecomposition that about two cells share, and products for each penalty
    return columns * columns * (5 * columns + 20 * cell.receiverCut().channels());
  }

  double vanilla(StitchPair cell, int epochs) {
    double suffix = suffix(cell);
    return train
        * (epochs * (suffix * INPUT_GRADIENT_TO_FORWARD + stitch(cell) * TRAIN_TO_FORWARD)
            + MEASUREMENTS * (suffix + stitch(cell)));
  }

  double copyBySgd(StitchPair cell, int epochs) {
    return train * stitch(cell) * (epochs * TRAIN_TO_FORWARD + MEASUREMENTS);
  }

  /**
   * @param starts of vanilla stitches, which are all measured
   * @param others stitches of the front and of low rank, which see no train examples but a fifth
   */
  double comparison(StitchPair cell, int starts, int others) {
    return ((starts + 1.0) * (train + test) + others * (train / 5. + test))
        * (suffix(cell) + stitch(cell));
  }

  private long macs(NetworkSource network) {
    return macs.computeIfAbsent(network, NetworkSource::macs);
  }

  private double suffix(StitchPair cell) {
    return suffixes.computeIfAbsent(
        cell.receiver().representation(cell.receiverCut(), ""),
        cut -> cell.receiver().source().macsAfter(cell.receiverCut()));
  }

  private static double stitch(StitchPair cell) {
    return positions(cell) * cell.columns() * cell.receiverCut().channels()
        + PER_ELEMENT * (elements(cell.senderCut()) + elements(cell.receiverCut()));
  }

  /** Rows of a stitch's input per example. */
  private static double positions(StitchPair cell) {
    return Math.min(
        (double) cell.senderCut().elements() / cell.senderCut().channels(),
        (double) cell.receiverCut().elements() / cell.receiverCut().channels());
  }

  private static double elements(CutPoint cut) {
    return cut.elements();
  }
}
