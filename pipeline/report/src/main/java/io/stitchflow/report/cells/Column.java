package io.stitchflow.report.cells;

import io.stitchflow.v1.Control;
import io.stitchflow.v1.Measurement;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A column of {@code cells.csv} and {@code cells.arrow}, in the order of the files. */
public enum Column {
  CONDITION(Kind.TEXT, cell -> lower(cell.place().getCondition())),
  SENDER(Kind.TEXT, cell -> cell.place().getSender()),
  SENDER_CUT(Kind.TEXT, cell -> cell.place().getSenderCut()),
  RECEIVER(Kind.TEXT, cell -> cell.place().getReceiver()),
  RECEIVER_CUT(Kind.TEXT, cell -> cell.place().getReceiverCut()),
  COPY_SOLVER(Kind.TEXT, cell -> lower(cell.place().getCopySolver())),
  SPLIT(Kind.TEXT, cell -> cell.split().text()),
  VANILLA_ACCURACY(Kind.REAL, Cell::vanillaAccuracy),
  COPY_ACCURACY(Kind.REAL, Cell::copyAccuracy),
  RECEIVER_ACCURACY(Kind.REAL, Cell::receiverAccuracy),
  EV(Kind.REAL, Cell::ev),
  ES(Kind.REAL, Cell::es),
  SV(Kind.REAL, Cell::sv),
  R2_VANILLA(Kind.REAL, Cell::r2Vanilla),
  R2_COPY(Kind.REAL, Cell::r2Copy),
  R2_CEILING(Kind.REAL, Cell::r2Ceiling),
  SEED(Kind.INTEGER, cell -> cell.place().getSeed()),
  VARIANCE(Kind.REAL, Cell::variance),
  VANILLA_CROSS_ENTROPY(Kind.REAL, Cell::vanillaCrossEntropy),
  COPY_CROSS_ENTROPY(Kind.REAL, Cell::copyCrossEntropy),
  RECEIVER_CROSS_ENTROPY(
      Kind.REAL,
      measured(Measurement::hasReceiver, number -> number.getReceiver().getCrossEntropy())),
  VANILLA_PENALTY(Kind.REAL, Cell::vanillaPenalty),
  COPY_PENALTY(Kind.REAL, Cell::copyPenalty),
  VANILLA_AGREES_WITH_SENDER(
      Kind.REAL,
      measured(Measurement::hasVanillaAgreesWithSender, Measurement::getVanillaAgreesWithSender)),
  VANILLA_AGREES_WITH_RECEIVER(
      Kind.REAL,
      measured(
          Measurement::hasVanillaAgreesWithReceiver, Measurement::getVanillaAgreesWithReceiver)),
  COPY_AGREES_WITH_SENDER(
      Kind.REAL,
      measured(Measurement::hasCopyAgreesWithSender, Measurement::getCopyAgreesWithSender)),
  COPY_AGREES_WITH_RECEIVER(
      Kind.REAL,
      measured(Measurement::hasCopyAgreesWithReceiver, Measurement::getCopyAgreesWithReceiver)),
  VANILLA_AGREES_WITH_COPY(
      Kind.REAL,
      measured(Measurement::hasVanillaAgreesWithCopy, Measurement::getVanillaAgreesWithCopy)),
  EXAMPLES(Kind.INTEGER, cell -> Integer.toUnsignedLong(cell.measurement().getExamples())),
  COMPARISON_DIGEST(Kind.TEXT, cell -> cell.comparison().hex()),
  VANILLA_COSINE(Kind.REAL, measured(Measurement::hasVanillaCosine, Measurement::getVanillaCosine)),
  COPY_COSINE(Kind.REAL, measured(Measurement::hasCopyCosine, Measurement::getCopyCosine)),
  SENDER_CKA(Kind.REAL, measured(Measurement::hasSenderCka, Measurement::getSenderCka)),
  VANILLA_CKA(Kind.REAL, measured(Measurement::hasVanillaCka, Measurement::getVanillaCka)),
  COPY_CKA(Kind.REAL, measured(Measurement::hasCopyCka, Measurement::getCopyCka)),
  SENDER_PROCRUSTES(
      Kind.REAL, measured(Measurement::hasSenderProcrustes, Measurement::getSenderProcrustes)),
  VANILLA_PROCRUSTES(
      Kind.REAL, measured(Measurement::hasVanillaProcrustes, Measurement::getVanillaProcrustes)),
  COPY_PROCRUSTES(
      Kind.REAL, measured(Measurement::hasCopyProcrustes, Measurement::getCopyProcrustes)),
  VANILLA_MAHALANOBIS(
      Kind.REAL, measured(Measurement::hasVanillaMahalanobis, Measurement::getVanillaMahalanobis)),
  COPY_MAHALANOBIS(
      Kind.REAL, measured(Measurement::hasCopyMahalanobis, Measurement::getCopyMahalanobis)),
  STITCH_DISTANCE(
      Kind.REAL, measured(Measurement::hasStitchDistance, Measurement::getStitchDistance)),
  /** {@code layer3.0=0.75;layer4.0=0.875}. */
  VANILLA_LATER_R2(Kind.TEXT, cell -> Lists.laterVanilla(cell.measurement())),
  COPY_LATER_R2(Kind.TEXT, cell -> Lists.laterCopy(cell.measurement())),
  /** {@code 0.0=0.5;0.25=0.5;...}, from the vanilla stitch to the copy. */
  INTERPOLATED_ACCURACY(Kind.TEXT, cell -> Lists.accuracies(cell.measurement())),
  INTERPOLATED_CROSS_ENTROPY(Kind.TEXT, cell -> Lists.crossEntropies(cell.measurement())),
  IDENTITY_ACCURACY(Kind.REAL, cell -> cell.controlAccuracy(ControlStitch.IDENTITY)),
  IDENTITY_CROSS_ENTROPY(Kind.REAL, crossEntropy(ControlStitch.IDENTITY)),
  IDENTITY_MSE(Kind.REAL, mse(ControlStitch.IDENTITY)),
  PERMUTATION_ACCURACY(Kind.REAL, cell -> cell.controlAccuracy(ControlStitch.PERMUTATION)),
  PERMUTATION_CROSS_ENTROPY(Kind.REAL, crossEntropy(ControlStitch.PERMUTATION)),
  PERMUTATION_MSE(Kind.REAL, mse(ControlStitch.PERMUTATION)),
  RANDOM_ACCURACY(Kind.REAL, cell -> cell.controlAccuracy(ControlStitch.RANDOM)),
  RANDOM_CROSS_ENTROPY(Kind.REAL, crossEntropy(ControlStitch.RANDOM)),
  RANDOM_MSE(Kind.REAL, mse(ControlStitch.RANDOM)),
  /** Of both splits' rows: the vanilla stitch's train cross-entropy minus the least known. */
  GAP(Kind.REAL, Cell::gap),
  /** Of both splits' rows: R² of the copy on train minus that on test examples. */
  COPY_R2_DROP(Kind.REAL, cell -> cell.shared().copyDrop());

  /** String, Long or Double. */
  enum Kind {
    TEXT,
    INTEGER,
    REAL
  }

  private final Kind kind;

  @SuppressWarnings("ImmutableEnumChecker") // method references, without state
  private final Function<Cell, @Nullable Object> value;

  Column(Kind kind, Function<Cell, @Nullable Object> value) {
    this.kind = kind;
    this.value = value;
  }

  /** As the files write it: {@code sender_cut}. */
  public String text() {
    return lower(this);
  }

  Kind kind() {
    return kind;
  }

  /** Of the class that {@link #kind} names, or null where it was not measured or is no number. */
  @Nullable
  public Object of(Cell cell) {
    Object number = value.apply(cell);
    return number instanceof Double real && Double.isNaN(real) ? null : number;
  }

  /** As {@code cells.csv} writes it; empty where it was not measured. */
  String write(Cell cell) {
    Object value = of(cell);
    if (value instanceof Double real) {
      return Numbers.exact(real);
    }
    if (value instanceof Long integer) {
      return Long.toUnsignedString(integer);
    }
    return value == null ? "" : value.toString();
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static Function<Cell, @Nullable Object> measured(
      Function<Measurement, Boolean> has, Function<Measurement, Double> get) {
    return cell -> has.apply(cell.measurement()) ? get.apply(cell.measurement()) : null;
  }

  private static Function<Cell, @Nullable Object> crossEntropy(ControlStitch control) {
    return cell -> cell.controlCrossEntropy(control);
  }

  private static Function<Cell, @Nullable Object> mse(ControlStitch control) {
    return cell -> {
      Control measured = control.of(cell.measurement());
      return measured == null ? null : measured.getMse();
    };
  }
}
