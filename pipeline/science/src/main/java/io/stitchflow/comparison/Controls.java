package io.stitchflow.comparison;

import ai.djl.ndarray.NDArray;
import io.stitchflow.comparison.Quantity.Table;
import io.stitchflow.statistics.PredictionCounts;
import io.stitchflow.statistics.RepresentationVariance;
import io.stitchflow.statistics.Sums;
import io.stitchflow.stitch.FrozenStitch;
import io.stitchflow.stitch.Stitch;
import io.stitchflow.torch.Lane;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Stitches without training. The identity and the permutation, which a vanilla stitch may fall
 * behind, are measured on train examples too.
 *
 * <p>Three passes through the receiver for each unseen example, one where the maps differ in shape.
 * Where they have one shape, train examples are read a second time, once the permutation is known,
 * and pass the receiver twice: as often as for the two stitches of the cell.
 */
final class Controls extends Metric {
  private static final List<String> STITCHES = List.of("identity", "permutation", "random");

  Controls() {
    super(
        "controls",
        "Untrained controls",
        List.of(
            new Definition(
                "identity, permutation, random",
                "Stitches without training, the first two only where the maps have one shape. Random is not measured on train examples. Permutation: each receiver channel takes one sender channel, by the assignment of largest total correlation on train examples. Random: Kaiming-uniform weights and zero bias, the start of a copy by SGD.",
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
      return isOfOneShape(cell.stitch()) ? new Matching(cell) : values -> {};
    }
    Measuring measuring = new Measuring(cell);
    if (train.meter(this) instanceof Matching matching) {
      measuring.addChannelwise(matching.sources());
    }
    measuring.addRandom(cell.seed());
    return measuring;
  }

  private static boolean isOfOneShape(Stitch stitch) {
    return stitch.to().isMap() && stitch.from().shape().equals(stitch.to().shape());
  }

  /** On train examples: finds the best permutation of channels, then measures it. */
  private static final class Matching implements Meter {
    private final ChannelSums sums;
    private final Measuring measuring;
    private @Nullable List<Integer> sources;

    Matching(CellMeter cell) {
      this.sums = cell.channels().withSender();
      this.measuring = new Measuring(cell);
    }

    @Override
    public boolean readsAgain() {
      return true;
    }

    @Override
    public void addAgain(NDArray sender, NDArray expected, IntUnaryOperator labels) {
      if (sources == null) {
        measuring.addChannelwise(sources());
      }
      measuring.add(sender, expected, labels);
    }

    @Override
    public void measure(MeasuredValues.Builder values) {
      measuring.measure(values);
    }

    /** The sender channel of each receiver channel, by all train examples. */
    List<Integer> sources() {
      List<Integer> known =
          sources == null ? Arrays.stream(sums.permutation()).boxed().toList() : sources;
      sources = known;
      return known;
    }

    @Override
    public void close() {
      measuring.close();
    }
  }

  /** Of stitches that are known. */
  private static final class Measuring implements Meter {
    private final Lane lane;
    private final Stitch stitch;
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

    Measuring(CellMeter cell) {
      this.lane = cell.lane();
      this.stitch = cell.stitch();
      this.receiver = cell.receiver();
      this.spread = cell.spread();
    }

    /** Adds the identity and the permutation. */
    void addChannelwise(List<Integer> permutation) {
      List<Integer> same = IntStream.range(0, permutation.size()).boxed().toList();
      add("identity", FrozenStitch.permutation(lane, stitch.from(), stitch.to(), same));
      add("permutation", FrozenStitch.permutation(lane, stitch.from(), stitch.to(), permutation));
    }

    void addRandom(long seed) {
      add("random", FrozenStitch.random(lane, stitch, seed));
    }

    private void add(String name, FrozenStitch control) {
      all.add(new Control(name, control));
    }

    @Override
    public void add(Batch batch) {
      add(batch.sender(), batch.expected(), batch.labels());
    }

    void add(NDArray sender, NDArray expected, IntUnaryOperator labels) {
      for (Control control : all) {
        Lane.scoped(
            () -> {
              NDArray z = control.stitch.apply(sender);
              control.squares += Sums.squaredDistance(z, expected);
              control.elements += expected.size();
              control.predictions.add(receiver.suffix(z), labels);
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
