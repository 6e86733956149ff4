package io.stitchflow.statistics;

import ai.djl.ndarray.NDArray;
import io.stitchflow.torch.HostArray;
import io.stitchflow.v1.Evaluation;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntUnaryOperator;

/** Counts what logits predict, example by example; sums are in float64. */
public final class PredictionCounts {
  private final List<Integer> predictions = new ArrayList<>();
  private int correct;
  private double crossEntropy;

  /**
   * Adds the next examples.
   *
   * @param logits [examples, classes]
   * @param labels class by example, counted from this batch's first
   */
  public void add(NDArray logits, IntUnaryOperator labels) {
    try (HostArray values = HostArray.of(logits)) {
      add(values.bytes().asFloatBuffer(), Math.toIntExact(logits.getShape().get(1)), labels);
    }
  }

  private void add(FloatBuffer logits, int classes, IntUnaryOperator labels) {
    float[] row = new float[classes];
    for (int i = 0; logits.hasRemaining(); i++) {
      logits.get(row);
      int label = labels.applyAsInt(i);
      int predicted = largest(row);
      predictions.add(predicted);
      correct += predicted == label ? 1 : 0;
      crossEntropy += logSumExp(row, row[predicted]) - row[label];
    }
  }

  /** The first of the largest. */
  private static int largest(float[] row) {
    int largest = 0;
    for (int i = 1; i < row.length; i++) {
      if (row[i] > row[largest]) {
        largest = i;
      }
    }
    return largest;
  }

  private static double logSumExp(float[] row, double largest) {
    double sum = 0;
    for (float value : row) {
      sum += StrictMath.exp(value - largest);
    }
    return largest + StrictMath.log(sum);
  }

  /** The class predicted for each example so far. */
  public List<Integer> predictions() {
    return Collections.unmodifiableList(predictions);
  }

  /** Over all examples so far. */
  public Evaluation evaluation() {
    int examples = predictions.size();
    return Evaluation.newBuilder()
        .setExamples(examples)
        .setCorrect(correct)
        .setCrossEntropy(examples == 0 ? 0 : crossEntropy / examples)
        .build();
  }
}
