package io.stitchflow.comparison;

import io.stitchflow.comparison.Quantity.Better;
import io.stitchflow.comparison.Quantity.Range;
import io.stitchflow.comparison.Quantity.Stitched;
import io.stitchflow.statistics.PredictionCounts;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Accuracy on the examples of each class, of the receiver alone and with both stitches. */
final class ClassAccuracy extends Metric {
  /** With more classes a series says little, and takes much room in tables. */
  private static final int MOST_CLASSES = 100;

  ClassAccuracy() {
    super(
        "class_accuracy",
        "Accuracy by class",
        List.of(
            new Definition(
                "accuracy by class",
                "Share of the examples of each class that a network predicts right, by the class's number: whether a stitch loses all classes alike or confuses a few. It stands in cells.csv.")),
        List.of(
            byClass("vanilla_class_accuracy").of(Stitched.VANILLA),
            byClass("copy_class_accuracy").of(Stitched.COPY),
            byClass("receiver_class_accuracy")));
  }

  private static Quantity byClass(String name) {
    return Quantity.series(name, name.replace('_', ' '), Range.UNIT, Better.HIGHER);
  }

  @Override
  public boolean isDefault() {
    return false;
  }

  @Override
  public Meter open(CellMeter cell) {
    PredictionCounts vanilla = cell.vanillaPredictions();
    PredictionCounts copy = cell.copyPredictions();
    PredictionCounts receiver = cell.receiver().predictions();
    List<Integer> labels = new ArrayList<>();
    return new Meter() {
      @Override
      public void add(Batch batch) {
        long examples = batch.expected().getShape().get(0);
        for (int i = 0; i < examples; i++) {
          labels.add(batch.labels().applyAsInt(i));
        }
      }

      @Override
      public void measure(MeasuredValues.Builder values) {
        if (labels.stream().distinct().count() <= MOST_CLASSES) {
          values.put("vanilla_class_accuracy", shares(vanilla.predictions(), labels));
          values.put("copy_class_accuracy", shares(copy.predictions(), labels));
          values.put("receiver_class_accuracy", shares(receiver.predictions(), labels));
        }
      }
    };
  }

  /** By class, ascending; classes without examples are left out. */
  private static Map<String, Double> shares(List<Integer> predictions, List<Integer> labels) {
    Map<Integer, int[]> counts = new TreeMap<>();
    for (int i = 0; i < labels.size(); i++) {
      int[] count = counts.computeIfAbsent(labels.get(i), label -> new int[2]);
      count[0] += predictions.get(i).equals(labels.get(i)) ? 1 : 0;
      count[1]++;
    }
    Map<String, Double> shares = new LinkedHashMap<>();
    counts.forEach(
        (label, count) -> shares.put(Integer.toString(label), (double) count[0] / count[1]));
    return shares;
  }
}
