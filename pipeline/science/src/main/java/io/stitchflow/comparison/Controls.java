package io.stitchflow.comparison;

import ai.djl.ndarray.NDArray;
import io.stitchflow.network.PredictionCounts;
import io.stitchflow.stitch.FrozenStitch;
import io.stitchflow.stitch.Stitch;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.Control;
import io.stitchflow.v1.Measurement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Stitches that nothing was trained of, measured as the trained ones are. */
final class Controls implements AutoCloseable {
  private final ReceiverTargets expected;
  private final List<Measured> all = new ArrayList<>();

  private static final class Measured {
    private final FrozenStitch stitch;
    private final BiConsumer<Measurement.Builder, Control> field;
    private final PredictionCounts tally = new PredictionCounts();
    private double squares;
    private double elements;

    Measured(FrozenStitch stitch, BiConsumer<Measurement.Builder, Control> field) {
      this.stitch = stitch;
      this.field = field;
    }
  }

  /**
   * @param permutation sender channel of each receiver channel; null where the maps differ in shape
   */
  Controls(
      Lane lane,
      Stitch stitch,
      long seed,
      @Nullable List<Integer> permutation,
      ReceiverTargets expected) {
    this.expected = expected;
    if (permutation != null) {
      List<Integer> same = IntStream.range(0, permutation.size()).boxed().toList();
      add(FrozenStitch.permutation(lane, stitch, same), Measurement.Builder::setIdentity);
      add(FrozenStitch.permutation(lane, stitch, permutation), Measurement.Builder::setPermutation);
    }
    add(FrozenStitch.random(lane, stitch, seed), Measurement.Builder::setRandom);
  }

  private void add(FrozenStitch stitch, BiConsumer<Measurement.Builder, Control> field) {
    all.add(new Measured(stitch, field));
  }

  void add(NDArray x, NDArray y, IntUnaryOperator labels) {
    for (Measured control : all) {
      Lane.scoped(
          () -> {
            NDArray z = control.stitch.apply(x);
            control.squares += Sums.squaredDistance(z, y);
            control.elements += y.size();
            control.tally.add(expected.receiver().suffix(z, expected.cut()), labels);
          });
    }
  }

  void measure(Measurement.Builder result) {
    for (Measured control : all) {
      control.field.accept(
          result,
          Control.newBuilder()
              .setEvaluation(control.tally.evaluation())
              .setMse(control.squares / control.elements)
              .build());
    }
  }

  @Override
  public void close() {
    all.forEach(control -> control.stitch.close());
  }
}
