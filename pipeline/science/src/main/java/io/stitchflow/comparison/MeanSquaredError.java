package io.stitchflow.comparison;

import ai.djl.ndarray.NDArray;
import io.stitchflow.comparison.Quantity.Better;
import io.stitchflow.comparison.Quantity.Range;
import io.stitchflow.comparison.Quantity.Stitched;
import io.stitchflow.comparison.Quantity.Table;
import io.stitchflow.statistics.Distances;
import io.stitchflow.statistics.RepresentationVariance;
import io.stitchflow.statistics.Sums;
import io.stitchflow.stitch.FrozenStitch;
import io.stitchflow.torch.Lane;
import java.util.List;

/**
 * Mean squared errors over all elements: EV = MSE(vanilla, expected), ES = MSE(copy, expected), SV
 * = MSE(vanilla, copy). R² = 1 − MSE / variance, the mean square of (expected − its channel's
 * mean); undefined where that is 0. With several stitch seeds, EV is split into noise between seeds
 * and what they have in common; that applies one more stitch a cell and passes no receiver.
 */
final class MeanSquaredError extends Metric {
  private static final String PAPER = "Hernandez et al. 2023";
  private static final String PAPER_URL = "https://arxiv.org/abs/2303.11277";

  MeanSquaredError() {
    super(
        "mse",
        "Mean squared error and R²",
        List.of(
            new Definition(
                "EV, ES, SV",
                "Mean squared errors over all elements of the representation: EV between vanilla output and the receiver's own (expected) representation, ES between copy output and expected, SV between vanilla and copy output. Their size depends on the receiver's cut, so compare them down a column; each map has its own colours.",
                PAPER,
                PAPER_URL),
            new Definition(
                "R²",
                "1 − MSE / variance of the expected representation, the mean square about its channels' means: 1 is a perfect copy, 0 no better than each channel's mean. It can be negative; such cells have the colour of 0 and their true value as label. It is left out where the representation does not vary."),
            new Definition(
                "R² ceiling",
                "The best R² that any stitch of that shape can reach. It is 1, except where the sender's map is smaller than the receiver's and the stitch has to upsample: what varies inside an upsampled block is out of its reach, so these cells cannot reach 1."),
            new Definition(
                "noise, bias² over seeds",
                "EV of vanilla stitches of several seeds is, in the mean, noise + bias². Noise: half the mean squared error between the stitches of two seeds. Bias²: the mean product of their errors, which is the error of the mean over infinitely many seeds. R² without noise: 1 − bias² / variance. Each seed is paired with the one before."),
            new Definition(
                "ES < EV",
                "Share of cells in which the copy stitch is nearer to the expected representation than the vanilla stitch.",
                PAPER,
                PAPER_URL)),
        List.of(
            r2("r2_vanilla", "R² vanilla")
                .of(Stitched.VANILLA)
                .in(Table.MAIN)
                .drawn("R² of the vanilla stitch"),
            Quantity.indicator("r2_vanilla_above_0", "R² vanilla > 0", Better.HIGHER)
                .of(Stitched.VANILLA)
                .in(Table.MAIN),
            r2("r2_copy", "R² copy")
                .of(Stitched.COPY)
                .in(Table.MAIN)
                .drawn("R² of the copy stitch"),
            Quantity.number("r2_ceiling", "R² ceiling", Range.UNIT, Better.NEITHER).in(Table.MAIN),
            error("ev", "EV")
                .of(Stitched.VANILLA)
                .in(Table.MAIN)
                .drawn("EV = MSE(vanilla, expected)"),
            error("es", "ES").of(Stitched.COPY).in(Table.MAIN).drawn("ES = MSE(copy, expected)"),
            error("sv", "SV").of(Stitched.BOTH).in(Table.MAIN).drawn("SV = MSE(vanilla, copy)"),
            Quantity.indicator("es_below_ev", "ES < EV", Better.NEITHER)
                .of(Stitched.BOTH)
                .in(Table.MAIN),
            Quantity.number("variance", "variance", Range.NOT_NEGATIVE, Better.NEITHER),
            error("seed_noise", "noise between seeds").of(Stitched.VANILLA),
            Quantity.number("seed_bias", "bias² over seeds", Range.REAL, Better.LOWER)
                .of(Stitched.VANILLA),
            Quantity.number("r2_bias", "R² without noise", Range.REAL, Better.HIGHER)
                .of(Stitched.VANILLA)));
  }

  static Quantity r2(String name, String title) {
    return Quantity.number(name, title, Range.AT_MOST_ONE, Better.HIGHER);
  }

  static Quantity error(String name, String title) {
    return Quantity.number(name, title, Range.NOT_NEGATIVE, Better.LOWER);
  }

  @Override
  public boolean readsPreviousSeed() {
    return true;
  }

  @Override
  public Meter open(CellMeter cell) {
    FrozenStitch previous = cell.previous();
    Meter errors = errors(cell);
    return previous == null ? errors : new TwoSeeds(errors, previous, cell.spread());
  }

  private static Meter errors(CellMeter cell) {
    Distances distances = cell.distances();
    RepresentationVariance spread = cell.spread();
    return values -> {
      double variance = spread.variance();
      values.put("ev", distances.ev());
      values.put("es", distances.es());
      values.put("sv", distances.sv());
      values.put("es_below_ev", distances.es() < distances.ev() ? 1 : 0);
      values.put("variance", variance);
      values.put("r2_ceiling", spread.ceiling());
      if (variance != 0) {
        double r2 = 1 - distances.ev() / variance;
        values.put("r2_vanilla", r2);
        values.put("r2_copy", 1 - distances.es() / variance);
        if (!Double.isNaN(r2)) {
          values.put("r2_vanilla_above_0", r2 > 0 ? 1 : 0);
        }
      }
    };
  }

  /** The errors of one seed, and what they have in common with those of the one before. */
  private static final class TwoSeeds implements Meter {
    private final Meter errors;
    private final FrozenStitch previous;
    private final RepresentationVariance spread;
    private double difference;
    private double product;
    private double elements;

    TwoSeeds(Meter errors, FrozenStitch previous, RepresentationVariance spread) {
      this.errors = errors;
      this.previous = previous;
      this.spread = spread;
    }

    @Override
    public void add(Batch batch) {
      Lane.scoped(
          () -> {
            NDArray other = previous.apply(batch.sender());
            difference += Sums.squaredDistance(batch.vanilla(), other);
            NDArray ofOther = other.sub(batch.expected());
            for (double ofExample : Sums.products(batch.vanilla().sub(batch.expected()), ofOther)) {
              product += ofExample;
            }
            elements += ofOther.size();
          });
    }

    @Override
    public void measure(MeasuredValues.Builder values) {
      errors.measure(values);
      double bias = product / elements;
      values.put("seed_noise", difference / elements / 2);
      values.put("seed_bias", bias);
      if (spread.variance() != 0) {
        values.put("r2_bias", 1 - bias / spread.variance());
      }
    }
  }
}
