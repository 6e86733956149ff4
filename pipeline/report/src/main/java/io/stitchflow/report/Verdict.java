package io.stitchflow.report;

import org.jspecify.annotations.Nullable;

/**
 * What one cell says of the question: does a stitch that works give the receiver what it expects?
 *
 * <p>A stitch <em>works</em> if it keeps {@link #WORKS} of what the receiver is better than chance.
 * It is then held against what a stitch of its shape can do, which is what the copy reaches: it
 * <em>matches</em> with {@link #MATCHES_FROM} of the copy's R², and in part with {@link
 * #PARTLY_FROM}.
 */
enum Verdict {
  MATCHES("works and matches"),
  PARTLY("works and matches in part"),
  DIFFERS("works without matching"),
  /** Even the copy has an R² below {@link #COPIES}. */
  NO_COPY("works where none of its shape can match"),
  FAILS("does not work"),
  /** The receiver's own accuracy is no more than {@link #KNOWS} above chance. */
  NO_BASELINE("receiver at chance"),
  /** Accuracy, R² or both were not measured. */
  UNKNOWN("not measured");

  /** Least share of the receiver's accuracy above chance. */
  static final double WORKS = 0.8;

  /** Least share of the copy's R². */
  static final double MATCHES_FROM = 0.9;

  /** Least share of the copy's R². */
  static final double PARTLY_FROM = 0.5;

  /** Least R² of a copy that shows that there is something to match. */
  static final double COPIES = 0.1;

  /** Least accuracy above chance of a receiver that can tell classes apart. */
  static final double KNOWS = 0.05;

  private final String text;

  Verdict(String text) {
    this.text = text;
  }

  String text() {
    return text;
  }

  /**
   * Of numbers of one cell, means over its seeds; null where not measured.
   *
   * @param vanilla accuracy above chance of the network with the vanilla stitch
   * @param receiver accuracy above chance of the receiver alone
   */
  static Verdict of(
      @Nullable Double vanilla,
      @Nullable Double receiver,
      @Nullable Double r2Vanilla,
      @Nullable Double r2Copy) {
    if (vanilla == null || receiver == null || r2Vanilla == null || r2Copy == null) {
      return UNKNOWN;
    }
    if (Double.isNaN(r2Vanilla) || Double.isNaN(r2Copy)) {
      return UNKNOWN;
    }
    if (receiver < KNOWS) {
      return NO_BASELINE;
    }
    if (!works(vanilla, receiver)) {
      return FAILS;
    }
    if (r2Copy < COPIES) {
      return NO_COPY;
    }
    double share = r2Vanilla / r2Copy;
    return share >= MATCHES_FROM ? MATCHES : share >= PARTLY_FROM ? PARTLY : DIFFERS;
  }

  /** Whether a stitched network keeps enough of what the receiver knows, both above chance. */
  private static boolean works(double accuracy, double receiver) {
    return accuracy >= WORKS * receiver;
  }

  /** Whether the vanilla stitch works. */
  boolean worked() {
    return this == MATCHES || this == PARTLY || this == DIFFERS || this == NO_COPY;
  }
}
