package io.stitchflow.report.cells;

/**
 * What one cell says of the question: does a stitch that works give the receiver what it expects?
 *
 * <p>A stitch <em>works</em> if it keeps {@link #WORKS} of what the receiver is better than chance,
 * with the whole 95 % interval of its accuracy over the test examples. It is then held against what
 * a stitch of its shape is known to do, which is what the best copy reaches: the cell
 * <em>matches</em> if the stitch, or one of the front with no higher validation loss, has {@link
 * #MATCHES_FROM} of that copy's R², and in part with {@link #PARTLY_FROM}.
 */
public enum Verdict {
  MATCHES("works and matches"),
  PARTLY("works and matches in part"),
  DIFFERS("works without matching"),
  /** Even the best copy has an R² below {@link #COPIES}. */
  NO_COPY("works where no tested copy matches"),
  FAILS("does not work"),
  /** The interval of the accuracy holds the least accuracy of a stitch that works. */
  UNDECIDED("too close to call"),
  /** Trained for the task, and a stitch with a lower train loss is known. */
  NOT_CONVERGED("not converged"),
  /** The receiver is not clearly above chance. */
  NO_BASELINE("receiver at chance"),
  /** Accuracy, R² or both were not measured. */
  UNKNOWN("not measured");

  /** Least share of the receiver's accuracy above chance. */
  public static final double WORKS = 0.8;

  /** Least share of the copy's R². */
  public static final double MATCHES_FROM = 0.9;

  /** Least share of the copy's R². */
  public static final double PARTLY_FROM = 0.5;

  /** Least R² of a copy that shows that there is something to match. */
  public static final double COPIES = 0.1;

  private final String text;

  Verdict(String text) {
    this.text = text;
  }

  public String text() {
    return text;
  }

  static Verdict of(Evidence evidence, Chance chance) {
    Double vanilla = evidence.vanilla();
    Double receiver = evidence.receiver();
    Double gap = evidence.gap();
    Double r2Copy = evidence.r2Copy();
    Double matched = evidence.matched();
    if (vanilla == null || receiver == null || gap == null) {
      return UNKNOWN;
    }
    if (!chance.isClearlyBelow(receiver, evidence.examples())) {
      return NO_BASELINE;
    }
    if (gap > 0) {
      return NOT_CONVERGED;
    }
    if (r2Copy == null || matched == null) {
      return UNKNOWN;
    }
    double least = chance.accuracy() + WORKS * (receiver - chance.accuracy());
    Interval interval = Interval.wilson(vanilla, evidence.examples());
    if (interval.from() < least) {
      return interval.to() < least ? FAILS : UNDECIDED;
    }
    if (r2Copy < COPIES) {
      return NO_COPY;
    }
    return matched >= MATCHES_FROM ? MATCHES : matched >= PARTLY_FROM ? PARTLY : DIFFERS;
  }

  /** Whether the vanilla stitch works. */
  public boolean worked() {
    return this == MATCHES || this == PARTLY || this == DIFFERS || this == NO_COPY;
  }

  /** Whether the cell says if the vanilla stitch works. */
  public boolean judged() {
    return worked() || this == FAILS;
  }
}
