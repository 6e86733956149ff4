package io.stitchflow.comparison;

import io.stitchflow.comparison.Quantity.Better;
import io.stitchflow.comparison.Quantity.Range;
import io.stitchflow.comparison.Quantity.Stitched;
import io.stitchflow.comparison.Quantity.Table;
import io.stitchflow.statistics.Auroc;
import io.stitchflow.statistics.Gaussian;
import io.stitchflow.statistics.Similarity;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether examples tell stitched from expected representations: the AUROC of a score of each
 * example, the squared Mahalanobis distance of its channel means from a Gaussian that is fitted to
 * the expected representations of train examples. Measured on examples that stitches did not learn
 * from. A cell costs a product of [channels, channels] an example and stitch.
 */
final class OutOfDistribution extends Metric {
  OutOfDistribution() {
    super(
        "ood",
        "Out-of-distribution score",
        List.of(
            new Definition(
                "OOD AUROC",
                "Share of pairs of examples in which the stitched representation has a larger Mahalanobis score than the expected one, equal scores counting half: 0.5, the scores do not tell them apart; 1, every stitched representation is more unusual than every expected one; below 0.5, stitched ones lie nearer to the mean. Score: (v − m)' inv(C + l I) (v − m) of the means v of an example's channels over positions; m and C are mean and covariance over the expected representations of the train examples that stitches learn from, l a thousandth of the mean variance. On validation and test examples.",
                "Lee et al. 2018",
                "https://arxiv.org/abs/1807.03888")),
        List.of(
            auroc("vanilla_ood_auroc", "OOD AUROC vanilla").of(Stitched.VANILLA),
            auroc("copy_ood_auroc", "OOD AUROC copy").of(Stitched.COPY)));
  }

  private static Quantity auroc(String name, String title) {
    // 0.5 is best
    return Quantity.number(name, title, Range.UNIT, Better.NEITHER).in(Table.GEOMETRY);
  }

  @Override
  public Meter open(CellMeter cell) {
    CellMeter train = cell.train();
    if (train == null) {
      cell.receiver().exampleFit();
      return values -> {};
    }
    @Nullable Gaussian expected = train.receiver().exampleFit().gaussian(Similarity.RIDGE);
    return expected == null ? values -> {} : new Scoring(cell, expected);
  }

  private static final class Scoring implements Meter {
    private final Gaussian.Scores own;
    private final Gaussian.Scores vanilla;
    private final Gaussian.Scores copy;

    Scoring(CellMeter cell, Gaussian expected) {
      this.own = cell.receiver().scores(expected);
      this.vanilla = new Gaussian.Scores(expected);
      this.copy = new Gaussian.Scores(expected);
    }

    @Override
    public void add(Batch batch) {
      vanilla.add(batch.vanilla());
      copy.add(batch.copy());
    }

    @Override
    public void measure(MeasuredValues.Builder values) {
      values.putFinite("vanilla_ood_auroc", Auroc.of(own.all(), vanilla.all()));
      values.putFinite("copy_ood_auroc", Auroc.of(own.all(), copy.all()));
    }
  }
}
