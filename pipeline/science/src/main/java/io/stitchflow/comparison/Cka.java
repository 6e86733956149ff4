package io.stitchflow.comparison;

import io.stitchflow.comparison.Quantity.Better;
import io.stitchflow.comparison.Quantity.Range;
import io.stitchflow.comparison.Quantity.Stitched;
import io.stitchflow.comparison.Quantity.Table;
import io.stitchflow.statistics.Similarity;
import java.util.List;

/**
 * Linear CKA of sender, vanilla and copy output with the expected representation. Rows are channel
 * vectors, one for each position; of two maps of unlike size the larger is averaged over blocks.
 * Undefined where one does not vary.
 */
final class Cka extends Metric {
  Cka() {
    super(
        "cka",
        "Linear CKA",
        List.of(
            new Definition(
                "CKA",
                "Linear centred kernel alignment with the receiver's own representation, of the sender's, of vanilla and of copy output: 1 for equal up to rotation and scale, 0 for uncorrelated. Each position is a row and its channels are the features, since that is what a stitch acts on; exact over all positions. Of two maps of unlike size the larger is averaged over blocks.",
                "Kornblith et al. 2019",
                "https://arxiv.org/abs/1905.00414")),
        List.of(
            cka("sender_cka", "CKA sender"),
            cka("vanilla_cka", "CKA vanilla").of(Stitched.VANILLA),
            cka("copy_cka", "CKA copy").of(Stitched.COPY)));
  }

  private static Quantity cka(String name, String title) {
    return Quantity.number(name, title, Range.UNIT, Better.HIGHER).in(Table.GEOMETRY);
  }

  @Override
  public Meter open(CellMeter cell) {
    ChannelSums sums = cell.channels().withProducts();
    return values ->
        sums.compareAll(
            (output, similarity) -> values.putFinite(output + "_cka", similarity), Similarity::cka);
  }
}
