package io.stitchflow.report.cells;

import io.stitchflow.comparison.Front;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one cell says of the question: can a stitch that works give the receiver what it expects?
 *
 * <p>A stitch <em>works</em> if it keeps {@link Front#WORKS} of what the receiver's accuracy is
 * above chance; it <em>matches</em> if it has {@link Front#MATCHES} of the copy's R². The stitches
 * tested are the vanilla stitch, those of the front and the copy. A verdict is given only where the
 * whole 95 % interval of each number that it needs is on one side of its threshold; otherwise the
 * cell is {@link #UNDECIDED}.
 */
public enum Verdict {
  /** Matching costs at most {@link #AS_WELL}. */
  WORKS_AS_WELL("a matching stitch works as well", "as well", "#009e73"),
  /** The cost of matching is above 0. */
  COSTS("matching costs points", "costs", "#e69f00"),
  /** None of the stitches tested works. */
  NOTHING_WORKS("nothing of this family works, as far as tested", "fails", "#999999"),
  /** A stitch works, and even the copy has an R² below {@link Front#COPIES}. */
  NOTHING_MATCHES(
      "works, but nothing of this family can match, as far as tested", "differs", "#cc79a7"),
  /** An interval holds a threshold, or stitch seeds disagree. */
  UNDECIDED("too close to call", "close"),
  /** Trained for the task, and a stitch with a lower train loss is known. */
  NOT_CONVERGED("not converged", "not conv."),
  /** The interval of the receiver's accuracy holds {@link Chance#MARGIN} above chance. */
  UNCLEAR_BASELINE("receiver not clearly above the majority class", "chance?"),
  /** The receiver is not above chance by {@link Chance#MARGIN}. */
  NO_BASELINE("receiver no better than the majority class", "chance"),
  /** A number that a verdict needs was not measured. */
  UNKNOWN("not measured", "–");

  /** Most accuracy that a matching stitch may lose and still work as well: two points. */
  public static final double AS_WELL = 0.02;

  private static final String GREY = "#f0f0f0";

  private final String text;
  private final String brief;
  private final String color;

  Verdict(String text, String brief) {
    this(text, brief, GREY);
  }

  Verdict(String text, String brief, String color) {
    this.text = text;
    this.brief = brief;
    this.color = color;
  }

  public String text() {
    return text;
  }

  /** What a cell of a map has room for. */
  public String brief() {
    return brief;
  }

  /**
   * {@code #rrggbb}, of Okabe and Ito's colours, which do not depend on red and green alone; light
   * grey without a verdict.
   */
  public String color() {
    return color;
  }

  static Verdict of(Evidence evidence, Chance chance) {
    Interval receiver = evidence.receiver();
    Double gap = evidence.gap();
    if (receiver == null) {
      return UNKNOWN;
    }
    double baseline = chance.accuracy() + Chance.MARGIN;
    if (receiver.isBelow(baseline)) {
      return NO_BASELINE;
    }
    if (gap == null) {
      return UNKNOWN;
    }
    if (gap > 0) {
      return NOT_CONVERGED;
    }
    Interval margin = evidence.margin();
    Double limit = evidence.limit();
    if (margin == null || limit == null) {
      return UNKNOWN;
    }
    return receiver.isFrom(baseline) ? ofStitches(margin, limit, evidence) : UNCLEAR_BASELINE;
  }

  private static Verdict ofStitches(Interval margin, double limit, Evidence evidence) {
    Interval r2Copy = evidence.r2Copy();
    if (limit < 0) {
      return NOTHING_WORKS;
    }
    if (r2Copy == null) {
      return UNKNOWN;
    }
    if (!margin.isFrom(0)) {
      return UNDECIDED;
    }
    if (r2Copy.isBelow(Front.COPIES)) {
      return NOTHING_MATCHES;
    }
    boolean canMatch = r2Copy.isFrom(Front.COPIES) && isFrom(evidence.share(), Front.MATCHES);
    return canMatch ? ofCost(evidence.cost()) : UNDECIDED;
  }

  private static boolean isFrom(@Nullable Interval interval, double least) {
    return interval != null && interval.isFrom(least);
  }

  private static Verdict ofCost(@Nullable Interval cost) {
    if (cost == null) {
      return UNDECIDED;
    }
    return cost.to() <= AS_WELL ? WORKS_AS_WELL : cost.from() > 0 ? COSTS : UNDECIDED;
  }

  /** The verdict that all seeds give; where they differ, why there is none. */
  static Verdict of(Set<Verdict> seeds) {
    for (Verdict none : new Verdict[] {UNKNOWN, NO_BASELINE, NOT_CONVERGED, UNCLEAR_BASELINE}) {
      if (seeds.contains(none)) {
        return none;
      }
    }
    return seeds.size() == 1 ? seeds.iterator().next() : UNDECIDED;
  }

  /** Whether a stitch that matches is known to work, so that what it costs is an answer. */
  public boolean hasMatchingStitch() {
    return this == WORKS_AS_WELL || this == COSTS;
  }

  /** Whether the cell answers the question. */
  public boolean judged() {
    return this == WORKS_AS_WELL
        || this == COSTS
        || this == NOTHING_WORKS
        || this == NOTHING_MATCHES;
  }
}
