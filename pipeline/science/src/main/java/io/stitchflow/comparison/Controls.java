package io.stitchflow.comparison;

import ai.djl.ndarray.NDArray;
import io.stitchflow.comparison.Quantity.Table;
import io.stitchflow.network.PredictionCounts;
import io.stitchflow.statistics.RepresentationVariance;
import io.stitchflow.statistics.Sums;
import io.stitchflow.stitch.FrozenStitch;
import io.stitchflow.stitch.Stitch;
import io.stitchflow.torch.Lane;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Stitches without training, measured on examples that no stitch learns from. */
final class Controls extends Metric {
  private static final List<String> STITCHES = List.of("identity", "permutation", "random");

  Controls() {
    super(
        "controls",
        "Untrained controls",
        List.of(
            new Definition(
                "identity, permutation, random",
                "Stitches without training, on validation and test examples; the first two only where the maps have one shape. Permutation: each receiver channel takes one sender channel, by the assignment of largest total correlation on train examples. Random: Kaiming-uniform weights and zero bias, the start of a copy by SGD.",
                "Li et al. 2016",
                "https://arxiv.org/abs/1511.07543")),
        STITCHES.stream().flatMap(Controls::quantities).toList());
  }

  private static Stream<Quantity> quantities(String stitch) {
    return Stream.of(
        Accuracy.accuracy(stitch + "_accuracy", stitch + " accuracy").in(Table.CONTROLS),
        MeanSquaredError.r2(stitch + "_r2", stitch + " R²").in(Table.CONTROLS).notInFiles(),
        Accuracy.crossEntropy(stitch + "_cross_entropy", stitch + " cross-entropy"),
        MeanSquaredError.error(stitch + "_mse", stitch + " MSE"));
  }

  @Override
  public boolean isRandom() {
    return true;
  }

  @Override
  public Meter open(CellMeter cell) {
    CellMeter train = cell.train();
    if (train == null) {
      return new Matching(cell);
    }
    return new Measuring(cell, ((Matching) train.meter(this)).sources());
  }

  /** On train examples: finds the best permutation of channels. */
  private static final class Matching implements Meter {
    private final @Nullable ChannelSums sums;

    Matching(CellMeter cell) {
      this.sums = isOfOneShape(cell.stitch()) ? cell.channels().withSender() : null;
    }

    private static boolean isOfOneShape(Stitch stitch) {
      return stitch.to().isMap() && stitch.from().shape().equals(stitch.to().shape());
    }

    @Override
    public void measure(MeasuredValues.Builder values) {}

    /** The sender channel of each receiver channel; null if the maps differ in shape. */
    @Nullable List<Integer> sources() {
      return sums == null ? null : Arrays.stream(sums.permutation()).boxed().toList();
    }
  }

  /** On test examples. */
  private static final class Measuring implements Meter {
    private final ReceiverTargets receiver;
    private final RepresentationVariance spread;
    private final List<Control> all = new ArrayList<>();

    private static final class Control {
      private final String name;
      private final FrozenStitch stitch;
      private final PredictionCounts predictions = new PredictionCounts();
      private double squares;
      private double elements;

      Control(String name, FrozenStitch stitch) {
        this.name = name;
        this.stitch = stitch;
      }
    }

    Measuring(CellMeter cell, @Nullable List<Integer> permutation) {
      this.receiver = cell.receiver();
      this.spread = cell.spread();
      Lane lane = cell.lane();
      Stitch stitch = cell.stitch();
      if (permutation != null) {
        List<Integer> same = IntStream.range(0, permutation.size()).boxed().toList();
        all.add(
            new Control(
                "identity", FrozenStitch.permutation(lane, stitch.from(), stitch.to(), same)));
        all.add(
            new Control(
                "permutation",
                FrozenStitch.permutation(lane, stitch.from(), stitch.to(), permutation)));
      }
      all.add(new Control("random", FrozenStitch.random(lane, stitch, cell.seed())));
    }

    @Override
    public void add(Batch batch) {
      for (Control control : all) {
        Lane.scoped(
            () -> {
              NDArray z = control.stitch.apply(batch.sender());
              control.squares += Sums.squaredDistance(z, batch.expected());
              control.elements += batch.expected().size();
              control.predictions.add(receiver.suffix(z), batch.labels());
            });
      }
    }

    @Override
    public void measure(MeasuredValues.Builder values) {
      double variance = spread.variance();
      for (Control control : all) {
        double mse = control.squares / control.elements;
        Accuracy.put(values, control.name, control.predictions.evaluation());
        values.put(control.name + "_mse", mse);
        if (variance != 0) {
          values.put(control.name + "_r2", 1 - mse / variance);
        }
      }
    }

    @Override
    public void close() {
      all.forEach(control -> control.stitch.close());
    }
  }
}
