package io.stitchflow.report.cells;

import io.stitchflow.comparison.MeasuredValues;
import io.stitchflow.comparison.Quantity;
import io.stitchflow.content.Digest;
import io.stitchflow.v1.ReportCell;
import org.jspecify.annotations.Nullable;

/**
 * One row of the table: the values on one split of one sender cut into one receiver cut.
 *
 * @param place condition, networks, cuts, copy solver and seed
 * @param comparison digest of the comparison that the values come from
 * @param shared what this row shows only beside the cell's other rows
 */
public record Cell(
    ReportCell place, Split split, MeasuredValues values, Digest comparison, Shared shared) {
  /** An R² of the copy that falls more than this from train to test examples is overfitted. */
  public static final double LARGEST_COPY_DROP = 0.1;

  /** Null if it was not measured. */
  public @Nullable Double number(Quantity quantity) {
    return quantity.equals(Shared.GAP)
        ? shared.gap()
        : quantity.equals(Shared.COPY_R2_DROP) ? shared.copyDrop() : values.number(quantity.name());
  }

  /** Share of examples that the receiver alone gets right, in [0, 1]. */
  @Nullable Double receiverAccuracy() {
    return values.number("receiver_accuracy");
  }

  /** 1 - ES / variance; null also where the receiver's representation does not vary. */
  public @Nullable Double r2Copy() {
    return values.number("r2_copy");
  }

  /** Of a quantity that was measured with one; null if it was not. */
  @Nullable Interval interval(String quantity) {
    Double low = values.number(quantity + "_low");
    Double high = values.number(quantity + "_high");
    return low == null || high == null ? null : new Interval(low, high);
  }

  /** Of the network with this stitch, in nats, mean over examples. */
  @Nullable Double crossEntropy(String stitch) {
    return values.number(stitch + "_cross_entropy");
  }

  /** How far the vanilla stitch's train cross-entropy is above the least known; see Shared. */
  public @Nullable Double gap() {
    return shared.gap();
  }

  /** Whether a stitch with a lower train loss than the vanilla one is known. */
  public boolean notConverged() {
    Double gap = gap();
    return gap != null && gap > 0;
  }

  /** Whether the copy does better on train than on test examples by more than a margin. */
  public boolean copyOverfits() {
    Double drop = shared.copyDrop();
    return drop != null && drop > LARGEST_COPY_DROP;
  }

  public Cell with(Shared other) {
    return new Cell(place, split, values, comparison, other);
  }
}
