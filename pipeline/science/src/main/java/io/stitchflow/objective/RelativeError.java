package io.stitchflow.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import io.stitchflow.objective.Objective.BatchLoss;
import io.stitchflow.statistics.RepresentationVariance;
import io.stitchflow.torch.Functional;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Squared errors of what the receiver makes of stitched inputs, each divided by the variance of
 * what it makes of its own representation: the sum over l of ‖f_l(Z) − f_l(Y)‖² / (elements ·
 * Var(f_l(Y))), mean over examples. Over all examples this is the sum of 1 − R².
 *
 * <p>Var is the mean squared deviation from the channel means over the examples that stitches learn
 * from: one forward pass before the first batch, in float64. What does not vary is left out; if
 * nothing varies, the loss is 0 for all stitches. The receiver's own f_l(Y) are computed for each
 * batch by one forward pass that all stitches of a column share: a third of what one stitch costs.
 */
final class RelativeError implements BatchLoss {
  private final OwnRepresentation own;
  private final Pass receiver;
  private final List<Double> scales = new ArrayList<>();

  /** A pass through the receiver that hands on what is compared. */
  interface Pass {
    /**
     * Feeds each f_l of a representation to {@code consumer}, in order; each is valid until the
     * consumer returns.
     */
    void run(NDArray representation, Consumer<NDArray> consumer);
  }

  RelativeError(OwnRepresentation own, Pass receiver) {
    this.own = own;
    this.receiver = receiver;
  }

  /** One vector an example: all f_l that vary, one after another, as {@link #scaled} gives them. */
  @Override
  public NDArray target(int[] rows, int from, int count) {
    if (scales.isEmpty()) {
      measure();
    }
    return NDArrays.concat(new NDList(scaled(own.batch(rows, from, count))), 1);
  }

  // Part by part: no gradient passes through DJL's concat
  @Override
  public NDArray loss(NDArray stitched, NDArray expected) {
    long from = 0;
    @Nullable NDArray squares = null;
    for (NDArray part : scaled(stitched)) {
      long to = from + part.getShape().get(1);
      NDArray error = part.sub(expected.get(new NDIndex(":, {}:{}", from, to)));
      NDArray ofPart = error.square().sum();
      squares = squares == null ? ofPart : squares.add(ofPart);
      from = to;
    }
    return Functional.over(Objects.requireNonNull(squares), expected.getShape().get(0));
  }

  private void measure() {
    List<RepresentationVariance> variances = new ArrayList<>();
    List<Long> elements = new ArrayList<>();
    own.forEachFitted(
        y -> {
          int[] l = {0};
          receiver.run(
              y,
              map -> {
                if (l[0] == variances.size()) {
                  variances.add(new RepresentationVariance(1));
                  elements.add(map.getShape().size() / map.getShape().get(0));
                }
                variances.get(l[0]++).add(map.toType(DataType.FLOAT64, false));
              });
        });
    for (int l = 0; l < variances.size(); l++) {
      double variance = variances.get(l).variance();
      scales.add(variance == 0 ? 0 : 1 / Math.sqrt(elements.get(l) * variance));
    }
  }

  /**
   * Each f_l that varies over √(elements · Var), [examples, elements]; all times 0 if none does.
   */
  private List<NDArray> scaled(NDArray representation) {
    boolean varies = scales.stream().anyMatch(scale -> scale > 0);
    List<NDArray> parts = new ArrayList<>();
    int[] l = {0};
    receiver.run(
        representation,
        map -> {
          double scale = scales.get(l[0]++);
          if (scale > 0 || !varies) {
            parts.add(Functional.times(map.reshape(map.getShape().get(0), -1), scale));
          }
        });
    return parts;
  }
}
