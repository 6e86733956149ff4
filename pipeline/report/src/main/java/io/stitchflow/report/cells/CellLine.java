package io.stitchflow.report.cells;

import io.stitchflow.content.Digest;
import io.stitchflow.v1.Condition;
import io.stitchflow.v1.Control;
import io.stitchflow.v1.CopySolver;
import io.stitchflow.v1.Evaluation;
import io.stitchflow.v1.Measurement;
import io.stitchflow.v1.ReportCell;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/** One line of {@code cells.csv}, its numbers put back where they came from. */
record CellLine(CSVRecord line) {
  Cell cell() {
    ReportCell place =
        ReportCell.newBuilder()
            .setCondition(Condition.valueOf(upper(Column.CONDITION)))
            .setSender(text(Column.SENDER))
            .setSenderCut(text(Column.SENDER_CUT))
            .setReceiver(text(Column.RECEIVER))
            .setReceiverCut(text(Column.RECEIVER_CUT))
            .setCopySolver(CopySolver.valueOf(upper(Column.COPY_SOLVER)))
            .setSeed(Long.parseUnsignedLong(text(Column.SEED)))
            .build();
    return new Cell(
        place,
        Split.of(text(Column.SPLIT)),
        measurement(),
        new Digest(text(Column.COMPARISON_DIGEST)),
        new Shared(number(Column.GAP), number(Column.COPY_R2_DROP)));
  }

  private @Nullable Double number(Column column) {
    return text(column).isEmpty() ? null : (Double) Double.parseDouble(text(column));
  }

  private Measurement measurement() {
    Measurement.Builder measurement = Measurement.newBuilder().setExamples(examples());
    Map<Column, DoubleConsumer> setters = new EnumMap<>(Column.class);
    setters.put(Column.EV, measurement::setEv);
    setters.put(Column.ES, measurement::setEs);
    setters.put(Column.SV, measurement::setSv);
    setters.put(Column.VARIANCE, measurement::setVariance);
    setters.put(Column.R2_CEILING, measurement::setR2Ceiling);
    setters.put(Column.VANILLA_AGREES_WITH_SENDER, measurement::setVanillaAgreesWithSender);
    setters.put(Column.VANILLA_AGREES_WITH_RECEIVER, measurement::setVanillaAgreesWithReceiver);
    setters.put(Column.COPY_AGREES_WITH_SENDER, measurement::setCopyAgreesWithSender);
    setters.put(Column.COPY_AGREES_WITH_RECEIVER, measurement::setCopyAgreesWithReceiver);
    setters.put(Column.VANILLA_AGREES_WITH_COPY, measurement::setVanillaAgreesWithCopy);
    setters.put(Column.VANILLA_COSINE, measurement::setVanillaCosine);
    setters.put(Column.COPY_COSINE, measurement::setCopyCosine);
    setters.put(Column.SENDER_CKA, measurement::setSenderCka);
    setters.put(Column.VANILLA_CKA, measurement::setVanillaCka);
    setters.put(Column.COPY_CKA, measurement::setCopyCka);
    setters.put(Column.SENDER_PROCRUSTES, measurement::setSenderProcrustes);
    setters.put(Column.VANILLA_PROCRUSTES, measurement::setVanillaProcrustes);
    setters.put(Column.COPY_PROCRUSTES, measurement::setCopyProcrustes);
    setters.put(Column.VANILLA_MAHALANOBIS, measurement::setVanillaMahalanobis);
    setters.put(Column.COPY_MAHALANOBIS, measurement::setCopyMahalanobis);
    setters.put(Column.STITCH_DISTANCE, measurement::setStitchDistance);
    setters.forEach(
        (column, set) -> {
          if (!text(column).isEmpty()) {
            set.accept(Double.parseDouble(text(column)));
          }
        });
    evaluation(Column.VANILLA_ACCURACY, Column.VANILLA_CROSS_ENTROPY, measurement::setVanilla);
    evaluation(Column.COPY_ACCURACY, Column.COPY_CROSS_ENTROPY, measurement::setCopy);
    evaluation(Column.RECEIVER_ACCURACY, Column.RECEIVER_CROSS_ENTROPY, measurement::setReceiver);
    control(
        Column.IDENTITY_ACCURACY,
        Column.IDENTITY_CROSS_ENTROPY,
        Column.IDENTITY_MSE,
        measurement::setIdentity);
    control(
        Column.PERMUTATION_ACCURACY,
        Column.PERMUTATION_CROSS_ENTROPY,
        Column.PERMUTATION_MSE,
        measurement::setPermutation);
    control(
        Column.RANDOM_ACCURACY,
        Column.RANDOM_CROSS_ENTROPY,
        Column.RANDOM_MSE,
        measurement::setRandom);
    Lists.readLater(measurement, text(Column.VANILLA_LATER_R2), text(Column.COPY_LATER_R2));
    Lists.readInterpolated(
        measurement, text(Column.INTERPOLATED_ACCURACY), text(Column.INTERPOLATED_CROSS_ENTROPY));
    return measurement.build();
  }

  private void evaluation(Column accuracy, Column crossEntropy, Consumer<Evaluation> field) {
    if (!text(accuracy).isEmpty()) {
      double correct = Double.parseDouble(text(accuracy)) * Integer.toUnsignedLong(examples());
      field.accept(
          Evaluation.newBuilder()
              .setExamples(examples())
              .setCorrect((int) Math.round(correct))
              .setCrossEntropy(Double.parseDouble(text(crossEntropy)))
              .build());
    }
  }

  private void control(Column accuracy, Column crossEntropy, Column mse, Consumer<Control> field) {
    evaluation(
        accuracy,
        crossEntropy,
        evaluation ->
            field.accept(
                Control.newBuilder()
                    .setEvaluation(evaluation)
                    .setMse(Double.parseDouble(text(mse)))
                    .build()));
  }

  private int examples() {
    return Integer.parseUnsignedInt(text(Column.EXAMPLES));
  }

  private String upper(Column column) {
    return text(column).toUpperCase(Locale.ROOT);
  }

  private String text(Column column) {
    return line.get(column.text());
  }
}
