package io.stitchflow.report.cells;

import org.jspecify.annotations.Nullable;

/**
 * What the verdict on one stitch seed of a cell rests on; null where not measured. All intervals
 * are over test images.
 *
 * @param receiver accuracy of the receiver alone
 * @param gap not an estimate: a difference of losses on the very examples that stitches learn from;
 *     0 where the vanilla stitch is not trained for that loss
 * @param margin accuracy above chance of the stitch with the lowest validation loss, minus the
 *     least that works
 * @param limit the highest upper end of that margin among all stitches of the cell
 * @param r2Copy of the copy
 * @param share R² over the copy's of the matching stitch
 * @param cost accuracy of the stitch with the lowest validation loss minus that of the matching
 *     stitch
 */
record Evidence(
    @Nullable Interval receiver,
    @Nullable Double gap,
    @Nullable Interval margin,
    @Nullable Double limit,
    @Nullable Interval r2Copy,
    @Nullable Interval share,
    @Nullable Interval cost) {
  /** Of one seed's test row. */
  static Evidence of(Cell row) {
    Double receiver = row.receiverAccuracy();
    return new Evidence(
        receiver == null ? null : Interval.wilson(receiver, row.values().examples()),
        isTrainedForTask(row) ? row.gap() : (Double) 0.,
        row.interval("works_margin"),
        row.values().number("works_margin_limit"),
        row.interval("r2_copy"),
        row.interval("matching_r2_share"),
        row.interval("cost_of_matching"));
  }

  /** Whether cross-entropy, which the gap is of, is what was trained for. */
  private static boolean isTrainedForTask(Cell row) {
    String objective = row.place().getObjective();
    return objective.isEmpty() || objective.equals("task");
  }
}
