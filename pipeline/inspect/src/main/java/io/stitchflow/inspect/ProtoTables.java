package io.stitchflow.inspect;

import io.stitchflow.stage.BlobFormat;
import io.stitchflow.statistics.PredictedClasses;
import io.stitchflow.v1.Comparison;
import io.stitchflow.v1.Evaluation;
import io.stitchflow.v1.MeasuredValue;
import io.stitchflow.v1.Measurement;
import io.stitchflow.v1.Predictions;
import io.stitchflow.v1.TrainingCurve;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Results that are protobuf messages, as CSV tables. No value needs quotes. */
final class ProtoTables {
  private ProtoTables() {}

  /**
   * The table.
   *
   * @throws IOException if the bytes are not such a message
   * @throws IllegalArgumentException if {@code format} is none of a message
   */
  static String csv(BlobFormat format, byte[] bytes) throws IOException {
    return switch (format) {
      case COMPARISON -> comparison(Comparison.parseFrom(bytes));
      case TRAINING_CURVE -> curve(TrainingCurve.parseFrom(bytes));
      case PREDICTIONS -> predictions(Predictions.parseFrom(bytes));
      default -> throw new IllegalArgumentException(format + " is not a message");
    };
  }

  /** A row a split, a column a number; a number that was not asked for is empty. */
  private static String comparison(Comparison comparison) {
    Map<String, Map<String, String>> rows = new LinkedHashMap<>();
    put(rows, "train", comparison.hasTrain() ? comparison.getTrain() : null);
    put(rows, "validation", comparison.hasValidation() ? comparison.getValidation() : null);
    put(rows, "test", comparison.hasTest() ? comparison.getTest() : null);
    Set<String> columns = new LinkedHashSet<>();
    rows.values().forEach(row -> columns.addAll(row.keySet()));
    StringBuilder csv = new StringBuilder("split");
    columns.forEach(column -> csv.append(',').append(column));
    csv.append('\n');
    rows.forEach(
        (split, row) -> {
          csv.append(split);
          columns.forEach(column -> csv.append(',').append(row.getOrDefault(column, "")));
          csv.append('\n');
        });
    return csv.toString();
  }

  private static void put(
      Map<String, Map<String, String>> rows, String split, @Nullable Measurement measured) {
    if (measured != null) {
      Map<String, String> row = new LinkedHashMap<>();
      row.put("examples", Integer.toUnsignedString(measured.getExamples()));
      measured.getValueList().forEach(value -> row.put(value.getName(), text(value)));
      rows.put(split, row);
    }
  }

  /** {@code 0.25}, or of a series {@code layer3.0=0.75;layer4.0=0.875}. */
  private static String text(MeasuredValue value) {
    return value.hasNumber()
        ? Double.toString(value.getNumber())
        : value.getPointList().stream()
            .map(point -> point.getAt() + "=" + point.getNumber())
            .collect(Collectors.joining(";"));
  }

  /** A row a number: mean losses of epochs, then the evaluations. */
  private static String curve(TrainingCurve curve) {
    StringBuilder csv = new StringBuilder("quantity,split,epoch,value\n");
    for (int i = 0; i < curve.getLossCount(); i++) {
      csv.append("loss,train,").append(i + 1).append(',').append(curve.getLoss(i)).append('\n');
    }
    evaluation(csv, "train", curve.hasTrain() ? curve.getTrain() : null);
    evaluation(csv, "test", curve.hasTest() ? curve.getTest() : null);
    return csv.toString();
  }

  private static void evaluation(StringBuilder csv, String split, @Nullable Evaluation evaluation) {
    if (evaluation != null) {
      Fields.of(evaluation)
          .forEach((name, value) -> csv.append(name + "," + split + ",," + value + "\n"));
    }
  }

  /** A row an example, in the order of the data set. */
  private static String predictions(Predictions predictions) {
    StringBuilder csv = new StringBuilder("split,example,class\n");
    classes(csv, "train", PredictedClasses.train(predictions));
    classes(csv, "test", PredictedClasses.test(predictions));
    return csv.toString();
  }

  private static void classes(StringBuilder csv, String split, List<Integer> classes) {
    for (int i = 0; i < classes.size(); i++) {
      csv.append(split).append(',').append(i).append(',').append(classes.get(i)).append('\n');
    }
  }
}
