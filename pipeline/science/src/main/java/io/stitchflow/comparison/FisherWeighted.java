package io.stitchflow.comparison;

import ai.djl.ndarray.NDArray;
import io.stitchflow.comparison.Quantity.Stitched;
import io.stitchflow.comparison.Quantity.Table;
import io.stitchflow.statistics.ChannelMoments;
import io.stitchflow.statistics.FisherInformation;
import io.stitchflow.statistics.SecondMoments;
import io.stitchflow.statistics.Similarity;
import java.util.List;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * Fisher-weighted R², 1 - tr(M E[ee']) / tr(M Cov Y): M is the {@link FisherInformation} of the
 * receiver at the cut, e = stitched - expected at a position, Y the expected channels. Measured on
 * examples that stitches did not learn from.
 *
 * <p>M is computed once for each column and split, from 256 examples at most: one forward and, for
 * ten classes, ten backward passes of the suffix, measured as 6 to 8 times what a cell's two passes
 * cost on as many examples. A cell adds one product of [channels, channels] a position and stitch,
 * 3 to 8 % of its passes except at the last cut, and no pass through the receiver.
 */
final class FisherWeighted extends Metric {
  /** A weighted variance below this share of that of M's mean direction is rounding. */
  private static final double ROUNDING = 1e-12;

  FisherWeighted() {
    super(
        "fisher",
        "Fisher-weighted R²",
        List.of(
            new Definition(
                "Fisher-weighted R²",
                "R² in which an error counts as much as the receiver's outputs react to it: 1 − tr(M E[ee']) / tr(M Cov Y), e = stitched − expected channels at a position, Cov Y the covariance of the expected channels over positions and examples, M = E[gg'] over up to 256 examples, positions and classes k drawn from the receiver's outputs p(k|x), g the gradient of log p(k|x) with respect to the channels at a position. Well above R²: most of the mismatch lies where the receiver does not see it. It is left out where the outputs do not react to what varies, and on train examples.",
                "Amari 1998",
                "https://doi.org/10.1162/089976698300017746")),
        List.of(
            r2("vanilla_fisher_r2", "Fisher-weighted R² vanilla")
                .of(Stitched.VANILLA)
                .drawn("Fisher-weighted R² of the vanilla stitch"),
            r2("copy_fisher_r2", "Fisher-weighted R² copy").of(Stitched.COPY)));
  }

  private static Quantity r2(String name, String title) {
    return MeanSquaredError.r2(name, title).in(Table.GEOMETRY);
  }

  @Override
  public Meter open(CellMeter cell) {
    if (!cell.isUnseen()) {
      return values -> {};
    }
    FisherInformation fisher = cell.receiver().fisher();
    ChannelMoments expected = cell.receiver().moments(1);
    SecondMoments vanilla = new SecondMoments();
    SecondMoments copy = new SecondMoments();
    return new Meter() {
      @Override
      public void add(Batch batch) {
        add(vanilla, batch.vanilla(), batch.expected());
        add(copy, batch.copy(), batch.expected());
      }

      private void add(SecondMoments errors, NDArray stitched, NDArray expected) {
        try (NDArray error = stitched.sub(expected)) {
          errors.add(error);
        }
      }

      @Override
      public void measure(MeasuredValues.Builder values) {
        DMatrixRMaj weights = fisher.matrix();
        double all = weightedVariance(weights, expected);
        if (all > 0) {
          values.putFinite("vanilla_fisher_r2", r2(weights, vanilla, all));
          values.putFinite("copy_fisher_r2", r2(weights, copy, all));
        }
      }
    };
  }

  private static double r2(DMatrixRMaj weights, SecondMoments errors, double all) {
    return 1 - Similarity.traceOfProduct(weights, errors.mean()) / all;
  }

  /** tr(M Cov Y); 0 where that is rounding alone. */
  private static double weightedVariance(DMatrixRMaj weights, ChannelMoments expected) {
    double variance = expected.variance();
    double weighted = Similarity.traceOfProduct(weights, expected.covariance());
    double unweighted = CommonOps_DDRM.trace(weights) / expected.channels() * variance;
    return variance > 0 && weighted > ROUNDING * unweighted ? weighted : 0;
  }
}
