package io.stitchflow.comparison;

import io.stitchflow.comparison.Quantity.Better;
import io.stitchflow.comparison.Quantity.Range;
import io.stitchflow.comparison.Quantity.Stitched;
import io.stitchflow.comparison.Quantity.Table;
import io.stitchflow.statistics.PredictionCounts;
import io.stitchflow.v1.Evaluation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Accuracy and cross-entropy of the receiver alone and with both stitches, over all examples of a
 * split. The penalty is the receiver's accuracy minus the stitched network's.
 */
final class Accuracy extends Metric {
  Accuracy() {
    super(
        "accuracy",
        "Accuracy",
        List.of(
            new Definition(
                "vanilla, copy accuracy",
                "Of the stitched network, over the whole split: compare them with the receiver's own accuracy and with chance.",
                "Bansal et al. 2021",
                "https://arxiv.org/abs/2106.07682")),
        List.of(
            accuracy("vanilla_accuracy", "vanilla accuracy")
                .of(Stitched.VANILLA)
                .in(Table.MAIN)
                .drawn("Vanilla accuracy"),
            accuracy("copy_accuracy", "copy accuracy")
                .of(Stitched.COPY)
                .in(Table.MAIN)
                .drawn("Copy accuracy"),
            accuracy("receiver_accuracy", "receiver accuracy").in(Table.MAIN),
            crossEntropy("vanilla_cross_entropy", "vanilla cross-entropy").of(Stitched.VANILLA),
            crossEntropy("copy_cross_entropy", "copy cross-entropy").of(Stitched.COPY),
            crossEntropy("receiver_cross_entropy", "receiver cross-entropy"),
            penalty("vanilla_penalty", "vanilla penalty").of(Stitched.VANILLA),
            penalty("copy_penalty", "copy penalty").of(Stitched.COPY)));
  }

  /** The share of examples that a network gets right. */
  static Quantity accuracy(String name, String title) {
    return Quantity.number(name, title, Range.UNIT, Better.HIGHER).besideChance();
  }

  /** Mean over examples, in nats. */
  static Quantity crossEntropy(String name, String title) {
    return Quantity.number(name, title, Range.NOT_NEGATIVE, Better.LOWER);
  }

  private static Quantity penalty(String name, String title) {
    return Quantity.number(name, title, Range.SIGNED_UNIT, Better.LOWER);
  }

  @Override
  public Meter open(CellMeter cell) {
    PredictionCounts vanilla = cell.vanillaPredictions();
    PredictionCounts copy = cell.copyPredictions();
    PredictionCounts receiver = cell.receiver().predictions();
    return values -> {
      Evaluation own = receiver.evaluation();
      put(values, "vanilla", vanilla.evaluation());
      put(values, "copy", copy.evaluation());
      put(values, "receiver", own);
      // From counts, so that it is exact
      values.put("vanilla_penalty", lost(own, vanilla.evaluation()));
      values.put("copy_penalty", lost(own, copy.evaluation()));
    };
  }

  /** Puts {@code <network>_accuracy} and {@code <network>_cross_entropy}. */
  static void put(MeasuredValues.Builder values, String network, Evaluation evaluation) {
    values.put(network + "_accuracy", share(evaluation));
    values.put(network + "_cross_entropy", evaluation.getCrossEntropy());
  }

  /** Of examples that are right. */
  static double share(Evaluation evaluation) {
    return (double) evaluation.getCorrect() / evaluation.getExamples();
  }

  private static double lost(Evaluation receiver, Evaluation stitched) {
    return ((double) receiver.getCorrect() - stitched.getCorrect()) / stitched.getExamples();
  }

  /** Accuracy on the examples of each class, of the receiver alone and with both stitches. */
  static final class ByClass extends Metric {
    /** With more classes a series says little, and takes much room in tables. */
    private static final int MOST_CLASSES = 100;

    ByClass() {
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
}
