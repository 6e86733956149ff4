package io.stitchflow.representation;

import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * The two parts of the stitches' train examples: those that stitches learn from, and those that
 * choose between stitches. Every fifth example is held out, so that both parts hold all classes
 * also where examples are sorted by class.
 */
public final class Parts {
  public static final int FIT = 0;
  public static final int HELD_OUT = 1;
  public static final int COUNT = 2;

  private static final int FOLDS = 5;

  private Parts() {}

  /** Rows of the part {@link #FIT}, then of {@link #HELD_OUT}, which may be none. */
  public static List<int[]> of(int rows) {
    return List.of(rows(rows, row -> !isHeldOut(row)), rows(rows, Parts::isHeldOut));
  }

  /** Rows of the examples that stitches learn from: at least one of at least one. */
  public static int[] fit(int rows) {
    return of(rows).get(FIT);
  }

  /** Rows of the examples that choose between stitches; none of fewer than five. */
  public static int[] heldOut(int rows) {
    return of(rows).get(HELD_OUT);
  }

  private static boolean isHeldOut(int row) {
    return row % FOLDS == FOLDS - 1;
  }

  private static int[] rows(int rows, IntPredicate kept) {
    return IntStream.range(0, rows).filter(kept).toArray();
  }
}
