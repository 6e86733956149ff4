package io.stitchflow.stitch;

import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * The two parts of a split's examples: those that candidates are fitted on, and those that choose
 * between them. Every fifth example is held out, so that both parts hold all classes also where
 * examples are sorted by class.
 */
final class Parts {
  static final int FIT = 0;
  static final int HELD_OUT = 1;
  static final int COUNT = 2;

  private static final int FOLDS = 5;

  private Parts() {}

  /** Rows of the part {@link #FIT}, then of {@link #HELD_OUT}, which may be none. */
  static List<int[]> of(int rows) {
    return List.of(rows(rows, row -> !isHeldOut(row)), rows(rows, Parts::isHeldOut));
  }

  private static boolean isHeldOut(int row) {
    return row % FOLDS == FOLDS - 1;
  }

  private static int[] rows(int rows, IntPredicate kept) {
    return IntStream.range(0, rows).filter(kept).toArray();
  }
}
