package io.stitchflow.report.cells;

import io.stitchflow.content.Digest;
import io.stitchflow.v1.Control;
import io.stitchflow.v1.Evaluation;
import io.stitchflow.v1.LaterCut;
import io.stitchflow.v1.Measurement;
import io.stitchflow.v1.ReportCell;
import org.jspecify.annotations.Nullable;

/**
 * One row of the table: what was measured on one split for one sender cut into one receiver cut.
 * Numbers that were not asked for are null.
 *
 * @param place condition, networks, cuts, copy solver and seed
 * @param comparison digest of the comparison that the numbers come from
 * @param shared what this row shows only beside the cell's other rows
 */
public record Cell(
    ReportCell place, Split split, Measurement measurement, Digest comparison, Shared shared) {
  /** An R² of the copy that falls more than this from train to test examples is overfitted. */
  public static final double LARGEST_COPY_DROP = 0.1;

  /** Share of examples that the vanilla-stitched network gets right, in [0, 1]. */
  public @Nullable Double vanillaAccuracy() {
    return measurement.hasVanilla() ? accuracy(measurement.getVanilla()) : null;
  }

  /** Share of examples that the copy-stitched network gets right, in [0, 1]. */
  public @Nullable Double copyAccuracy() {
    return measurement.hasCopy() ? accuracy(measurement.getCopy()) : null;
  }

  /** Share of examples that the receiver alone gets right, in [0, 1]. */
  public @Nullable Double receiverAccuracy() {
    return measurement.hasReceiver() ? accuracy(measurement.getReceiver()) : null;
  }

  /** MSE(vanilla output, expected). */
  public @Nullable Double ev() {
    return measurement.hasEv() ? measurement.getEv() : null;
  }

  /** MSE(copy output, expected). */
  public @Nullable Double es() {
    return measurement.hasEs() ? measurement.getEs() : null;
  }

  /** MSE(vanilla output, copy output). */
  public @Nullable Double sv() {
    return measurement.hasSv() ? measurement.getSv() : null;
  }

  /** 1 - EV / variance; null also where the receiver's representation does not vary. */
  public @Nullable Double r2Vanilla() {
    return r2(ev());
  }

  /** 1 - ES / variance; null also where the receiver's representation does not vary. */
  public @Nullable Double r2Copy() {
    return r2(es());
  }

  /** The best R² that a stitch of this shape can reach here. */
  public @Nullable Double r2Ceiling() {
    return measurement.hasR2Ceiling() ? measurement.getR2Ceiling() : null;
  }

  /** Mean square of the expected representation about its channels' means. */
  public @Nullable Double variance() {
    return measurement.hasVariance() ? measurement.getVariance() : null;
  }

  /** Receiver's accuracy minus the vanilla-stitched network's: what stitching costs. */
  public @Nullable Double vanillaPenalty() {
    return measurement.hasVanilla() ? penalty(measurement.getVanilla()) : null;
  }

  /** Receiver's accuracy minus the copy-stitched network's. */
  public @Nullable Double copyPenalty() {
    return measurement.hasCopy() ? penalty(measurement.getCopy()) : null;
  }

  /** In nats, mean over examples. */
  @Nullable Double vanillaCrossEntropy() {
    return measurement.hasVanilla() ? (Double) measurement.getVanilla().getCrossEntropy() : null;
  }

  @Nullable Double copyCrossEntropy() {
    return measurement.hasCopy() ? (Double) measurement.getCopy().getCrossEntropy() : null;
  }

  @Nullable Double controlCrossEntropy(ControlStitch control) {
    Control measured = control.of(measurement);
    return measured == null ? null : (Double) measured.getEvaluation().getCrossEntropy();
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
    return new Cell(place, split, measurement, comparison, other);
  }

  /** Share of examples that the network stitched with a control gets right, in [0, 1]. */
  public @Nullable Double controlAccuracy(ControlStitch control) {
    Control measured = control.of(measurement);
    return measured == null ? null : accuracy(measured.getEvaluation());
  }

  /**
   * 1 - MSE / variance of a control; null also where the receiver's representation does not vary.
   */
  public @Nullable Double controlR2(ControlStitch control) {
    Control measured = control.of(measurement);
    return measured == null ? null : r2(measured.getMse());
  }

  /** R² at the receiver's last cut under the vanilla stitch; null where it is the one replaced. */
  public @Nullable Double vanillaR2AtTheEnd() {
    LaterCut last = last();
    return last != null && last.hasVanillaR2() ? last.getVanillaR2() : null;
  }

  /** R² at the receiver's last cut under the copy stitch; null where it is the one replaced. */
  public @Nullable Double copyR2AtTheEnd() {
    LaterCut last = last();
    return last != null && last.hasCopyR2() ? last.getCopyR2() : null;
  }

  private @Nullable LaterCut last() {
    int cuts = measurement.getLaterCount();
    return cuts == 0 ? null : measurement.getLater(cuts - 1);
  }

  private @Nullable Double r2(@Nullable Double mse) {
    Double variance = variance();
    return mse == null || variance == null || variance == 0 ? null : (Double) (1 - mse / variance);
  }

  /** From counts, so that it is exact. */
  private @Nullable Double penalty(Evaluation stitched) {
    Evaluation receiver = measurement.getReceiver();
    if (receiver.getExamples() == 0 || receiver.getExamples() != stitched.getExamples()) {
      return null;
    }
    return ((double) receiver.getCorrect() - stitched.getCorrect())
        / Integer.toUnsignedLong(stitched.getExamples());
  }

  private static @Nullable Double accuracy(Evaluation evaluation) {
    return evaluation.getExamples() == 0
        ? null
        : (Double)
            ((double) evaluation.getCorrect() / Integer.toUnsignedLong(evaluation.getExamples()));
  }
}
