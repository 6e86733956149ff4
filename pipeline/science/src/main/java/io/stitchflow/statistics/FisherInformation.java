package io.stitchflow.statistics;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.torch.InputGradients;
import io.stitchflow.torch.Lane;
import java.nio.ByteBuffer;
import java.util.function.UnaryOperator;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * The Fisher information of a representation's channels, M = E[gg'], [channels, channels]: the mean
 * over examples x, positions and classes k drawn from p(.|x), with g the gradient of log p(k|x)
 * with respect to the channels at that position. v'Mv says how much the output distribution changes
 * when a position moves by v, to second order.
 *
 * <p>The mean over k is exact: the sum over all classes, each weighted by p. A confident network
 * draws its unlikely classes seldom, but their gradients are the large ones, so that a mean over
 * drawn classes would rest on a few draws.
 */
public final class FisherInformation {
  /** Most examples of which gradients are computed. */
  private static final int MOST_EXAMPLES = 256;

  /** Fewest examples, if there are as many, whatever the bounds below. */
  private static final int FEWEST_EXAMPLES = 64;

  /** Most gradients of single examples: one for each class. */
  private static final int MOST_GRADIENTS = 4_096;

  /** One in so many examples: gradients of a small split must not cost more than its cells. */
  private static final int SPACING = 4;

  private final Lane lane;
  private final UnaryOperator<NDArray> suffix;
  private final SecondMoments gradients = new SecondMoments();
  private int classes;

  /**
   * @param suffix the logits [examples, classes] of a representation; examples do not affect each
   *     other
   */
  public FisherInformation(Lane lane, UnaryOperator<NDArray> suffix) {
    this.lane = lane;
    this.suffix = suffix;
  }

  /**
   * The rows of the examples to add: evenly spaced, since examples may be sorted by class.
   *
   * @param rows of all examples
   */
  public static int[] chosen(int[] rows, int classes) {
    int affordable =
        Math.min(MOST_EXAMPLES, Math.min(MOST_GRADIENTS / classes, rows.length / SPACING));
    int count = Math.min(rows.length, Math.max(FEWEST_EXAMPLES, affordable));
    int[] chosen = new int[count];
    for (int i = 0; i < count; i++) {
      chosen[i] = rows[(int) ((long) i * rows.length / count)];
    }
    return chosen;
  }

  /**
   * Adds the next examples: one forward pass of the suffix, and one backward pass for each class.
   *
   * @param y the receiver's own representation, [examples, channels, ...], float32
   */
  public void add(NDArray y) {
    try (InputGradients pass = new InputGradients(y, suffix)) {
      double[][] rows = LogSoftmax.rows(pass.output());
      classes = rows[0].length;
      for (int i = 0; i < classes; i++) {
        int k = i;
        Lane.scoped(() -> pass.of(direction(rows, k), gradients::add));
      }
    }
  }

  /** √p(k) d log p(k) / d logits = √p(k) (e_k - p), a row for each example. */
  private NDArray direction(double[][] logProbabilities, int k) {
    ByteBuffer floats = Lane.allocate(logProbabilities.length * classes * Float.BYTES);
    for (double[] row : logProbabilities) {
      double root = StrictMath.exp(row[k] / 2);
      for (int j = 0; j < classes; j++) {
        floats.putFloat((float) (root * ((j == k ? 1 : 0) - StrictMath.exp(row[j]))));
      }
    }
    return lane.create(floats.flip(), new Shape(logProbabilities.length, classes));
  }

  /** M over all examples so far. */
  public DMatrixRMaj matrix() {
    DMatrixRMaj matrix = gradients.mean(); // over positions and classes, whose weights sum to 1
    CommonOps_DDRM.scale(classes, matrix);
    return matrix;
  }
}
