package io.stitchflow.comparison;

import io.stitchflow.comparison.Quantity.Better;
import io.stitchflow.comparison.Quantity.Range;
import io.stitchflow.comparison.Quantity.Stitched;
import io.stitchflow.comparison.Quantity.Table;
import io.stitchflow.statistics.JointMoments;
import io.stitchflow.statistics.RestrictedMaps;
import io.stitchflow.stitch.Stitch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ejml.data.DMatrixRMaj;
import org.jspecify.annotations.Nullable;

/**
 * R² of copies of growing capacity: the identity, the best permutation of channels, the best
 * rotation with one scale, then the copy restricted to rank 1, 2, 4, ... and all of it. Each is
 * fitted to the train examples, with the best bias, and measured on a split by its moments.
 *
 * <p>A cell costs no pass through a network. Beside the moments that CKA and Procrustes sum, it
 * costs one eigendecomposition and, where the sender's map has the size of the receiver's, one
 * singular value decomposition and one assignment, each of [channels, channels], and six products
 * of such matrices for each split.
 */
final class Ladder extends Metric {
  /** Share of the full R² that the effective rank keeps. */
  private static final double KEPT = 0.95;

  Ladder() {
    super(
        "ladder",
        "Capacity ladder",
        List.of(
            new Definition(
                "capacity ladder",
                "R² of copies of growing capacity, fitted to the train examples, each with the best bias: identity; the permutation of channels with the largest total covariance; the orthogonal map times one scale, s U V' of the singular value decomposition of the cross covariance; then the copy's output projected onto the r directions that keep most of its train R² (rank_1, rank_2, rank_4, ...), which for least squares is reduced-rank regression; full is the copy itself. The first three only between maps of one size.",
                "Izenman 1975",
                "https://doi.org/10.1016/0047-259X(75)90042-1"),
            new Definition(
                "effective rank",
                "The smallest rank at which the copy keeps 95 % of its full R², both on train examples; undefined where that R² is not above 0.")),
        List.of(
            Quantity.series("ladder_r2", "R² by capacity", Range.AT_MOST_ONE, Better.HIGHER)
                .of(Stitched.COPY),
            Quantity.number("effective_rank", "effective rank", Range.NOT_NEGATIVE, Better.NEITHER)
                .of(Stitched.COPY)
                .in(Table.GEOMETRY)));
  }

  @Override
  public Meter open(CellMeter cell) {
    return new LadderMeter(cell);
  }

  private final class LadderMeter implements Meter {
    private final @Nullable CellMeter train;
    private final Stitch stitch;
    private final ChannelSums sums;
    private @Nullable Rungs rungs;

    LadderMeter(CellMeter cell) {
      this.train = cell.train();
      this.stitch = cell.stitch();
      this.sums = cell.channels().withProducts();
    }

    @Override
    public void measure(MeasuredValues.Builder values) {
      Rungs fitted = fitted();
      JointMoments copy = sums.ofCopy();
      if (fitted == null || !copy.isDefined()) {
        return;
      }
      values.put("ladder_r2", fitted.r2(stitch, sums, copy));
      int effective = fitted.effectiveRank();
      if (effective > 0) {
        values.put("effective_rank", effective);
      }
    }

    /** Those of the train examples, once the last was added; null if undefined there. */
    private @Nullable Rungs fitted() {
      if (train != null) {
        return ((LadderMeter) train.meter(Ladder.this)).fitted();
      }
      if (rungs == null && sums.ofCopy().isDefined()) {
        rungs = new Rungs(stitch, sums);
      }
      return rungs;
    }
  }

  /** Maps fitted to the train examples. */
  private static final class Rungs {
    private final Map<String, DMatrixRMaj> maps = new LinkedHashMap<>();
    private final @Nullable JointMoments sender;
    private final JointMoments copy;
    private final DMatrixRMaj directions;
    private final int effectiveRank;

    Rungs(Stitch stitch, ChannelSums train) {
      this.sender = isOfOneSize(stitch) ? train.ofSender() : null;
      this.copy = train.ofCopy();
      this.directions = RestrictedMaps.directions(copy);
      this.effectiveRank = effectiveRank(copy.r2OfProjections(directions, copy));
      if (sender != null) {
        if (sender.channelsX() == sender.channelsY()) {
          maps.put("identity", RestrictedMaps.identity(sender));
          maps.put("permutation", RestrictedMaps.permutation(sender));
        }
        // Of more channels than the receiver's, the best semi-orthogonal map has no closed form
        if (sender.channelsX() <= sender.channelsY()) {
          maps.put("orthogonal", RestrictedMaps.orthogonal(sender));
        }
      }
    }

    private static boolean isOfOneSize(Stitch stitch) {
      return stitch.to().isMap() && stitch.from().multipleOf(stitch.to()) == 1;
    }

    /** By rung, in ascending order of capacity. */
    Map<String, Double> r2(Stitch stitch, ChannelSums sums, JointMoments measured) {
      Map<String, Double> r2 = new LinkedHashMap<>();
      if (sender != null) {
        JointMoments here = sums.ofSender();
        JointMoments fitted = sender;
        maps.forEach((name, map) -> r2.put(name, here.r2(map, fitted)));
      }
      double[] byRank = measured.r2OfProjections(directions, copy);
      int largest = Math.min(stitch.inputs(), byRank.length);
      for (int rank = 1; rank < largest; rank *= 2) {
        r2.put("rank_" + rank, byRank[rank - 1]);
      }
      r2.put("full", byRank[byRank.length - 1]);
      return r2;
    }

    private static int effectiveRank(double[] byRank) {
      double least = KEPT * byRank[byRank.length - 1];
      if (!(least > 0)) {
        return 0;
      }
      int rank = 1;
      while (byRank[rank - 1] < least) {
        rank++;
      }
      return rank;
    }

    /** 0 where it is undefined. */
    int effectiveRank() {
      return effectiveRank;
    }
  }
}
