package io.stitchflow.comparison;

import io.stitchflow.comparison.Quantity.Better;
import io.stitchflow.comparison.Quantity.Range;
import io.stitchflow.comparison.Quantity.Stitched;
import io.stitchflow.comparison.Quantity.Table;
import io.stitchflow.statistics.Similarity;
import java.util.List;

/**
 * Squared orthogonal Procrustes distance of sender, vanilla and copy output to the expected
 * representation, both centred and of norm 1: 0 alike, 2 orthogonal. Rows as for {@link Cka}.
 */
final class Procrustes extends Metric {
  Procrustes() {
    super(
        "procrustes",
        "Orthogonal Procrustes distance",
        List.of(
            new Definition(
                "Procrustes",
                "Squared distance after the best rotation of channels, both centred and of norm 1: 0 for equal up to rotation and scale, 2 for uncorrelated. Rows as for CKA.",
                "Ding et al. 2021",
                "https://arxiv.org/abs/2108.01661")),
        List.of(
            distance("sender_procrustes", "Procrustes sender"),
            distance("vanilla_procrustes", "Procrustes vanilla").of(Stitched.VANILLA),
            distance("copy_procrustes", "Procrustes copy").of(Stitched.COPY)));
  }

  private static Quantity distance(String name, String title) {
    return Quantity.number(name, title, new Range(0, 2), Better.LOWER).in(Table.GEOMETRY);
  }

  @Override
  public Meter open(CellMeter cell) {
    ChannelSums sums = cell.channels().withProducts();
    return values ->
        sums.compareAll(
            (output, distance) -> values.putFinite(output + "_procrustes", distance),
            Similarity::procrustes);
  }
}
