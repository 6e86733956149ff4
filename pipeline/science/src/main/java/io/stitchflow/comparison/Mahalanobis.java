package io.stitchflow.comparison;

import io.stitchflow.comparison.Quantity.Better;
import io.stitchflow.comparison.Quantity.Range;
import io.stitchflow.comparison.Quantity.Stitched;
import io.stitchflow.comparison.Quantity.Table;
import io.stitchflow.statistics.Similarity;
import java.util.List;

/**
 * Mean over positions of (y − m)' inv(C + l I) (y − m): m and C are mean and covariance of the
 * expected channel vectors on this split, l is a thousandth of the mean variance. Divided by the
 * same of the expected representation itself, which so has 1.
 */
final class Mahalanobis extends Metric {
  Mahalanobis() {
    super(
        "mahalanobis",
        "Mahalanobis score",
        List.of(
            new Definition(
                "Mahalanobis",
                "How unusual the channel vectors that a stitch gives are among the expected ones: mean squared distance from their mean, in units of their covariance (a thousandth of the mean variance added to each channel), over what the expected ones themselves have. 1 is as usual as they are; large values are far from anything that the receiver sees.",
                "Lee et al. 2018",
                "https://arxiv.org/abs/1807.03888")),
        List.of(
            score("vanilla_mahalanobis", "Mahalanobis vanilla").of(Stitched.VANILLA),
            score("copy_mahalanobis", "Mahalanobis copy").of(Stitched.COPY)));
  }

  private static Quantity score(String name, String title) {
    return Quantity.number(name, title, Range.NOT_NEGATIVE, Better.LOWER).in(Table.GEOMETRY);
  }

  @Override
  public Meter open(CellMeter cell) {
    ChannelSums sums = cell.channels().withOutputs();
    return values -> {
      values.putFinite(
          "vanilla_mahalanobis", Similarity.mahalanobis(sums.vanilla(), sums.receiver()));
      values.putFinite("copy_mahalanobis", Similarity.mahalanobis(sums.copy(), sums.receiver()));
    };
  }
}
