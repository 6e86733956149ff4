package io.stitchflow.comparison;

import io.stitchflow.comparison.Quantity.Better;
import io.stitchflow.comparison.Quantity.Range;
import io.stitchflow.comparison.Quantity.Stitched;
import io.stitchflow.comparison.Quantity.Table;
import io.stitchflow.statistics.OutputDivergence;
import java.util.List;

/**
 * Divergence of the stitched network's output distribution from the receiver's own: means over
 * examples, in nats. It needs no pass through the receiver beyond those of {@link Accuracy}.
 */
final class Divergence extends Metric {
  Divergence() {
    super(
        "divergence",
        "Divergence of outputs",
        List.of(
            new Definition(
                "JS divergence",
                "Jensen-Shannon divergence between the class probabilities p of the receiver on its own representation and q of the stitched network, [KL(p || m) + KL(q || m)] / 2 with m = (p + q) / 2; mean over examples, in nats. 0: the receiver answers as if nothing had changed; ln 2 = 0.69: no class in common.",
                "Lin 1991",
                "https://doi.org/10.1109/18.61115"),
            new Definition(
                "KL divergence",
                "Kullback-Leibler divergence KL(p || q) = sum over classes of p log(p / q), p of the receiver on its own representation and q of the stitched network; mean over examples, in nats. It stands in cells.csv.",
                "Kullback and Leibler 1951",
                "https://doi.org/10.1214/aoms/1177729694")),
        List.of(
            jensenShannon("vanilla_js_divergence", "JS divergence vanilla")
                .of(Stitched.VANILLA)
                .drawn("JS divergence of the vanilla stitch's outputs"),
            jensenShannon("copy_js_divergence", "JS divergence copy").of(Stitched.COPY),
            kullbackLeibler("vanilla_kl_divergence", "KL divergence vanilla").of(Stitched.VANILLA),
            kullbackLeibler("copy_kl_divergence", "KL divergence copy").of(Stitched.COPY)));
  }

  private static Quantity jensenShannon(String name, String title) {
    Range range = new Range(0, OutputDivergence.MOST_JENSEN_SHANNON);
    return Quantity.number(name, title, range, Better.LOWER).in(Table.GEOMETRY);
  }

  private static Quantity kullbackLeibler(String name, String title) {
    return Quantity.number(name, title, Range.NOT_NEGATIVE, Better.LOWER);
  }

  @Override
  public Meter open(CellMeter cell) {
    OutputDivergence vanilla = cell.vanillaDivergence();
    OutputDivergence copy = cell.copyDivergence();
    return values -> {
      values.putFinite("vanilla_js_divergence", vanilla.jensenShannon());
      values.putFinite("copy_js_divergence", copy.jensenShannon());
      values.putFinite("vanilla_kl_divergence", vanilla.kullbackLeibler());
      values.putFinite("copy_kl_divergence", copy.kullbackLeibler());
    };
  }
}
