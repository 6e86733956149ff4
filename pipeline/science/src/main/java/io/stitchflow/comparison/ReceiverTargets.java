package io.stitchflow.comparison;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.stitchflow.network.CutPoint;
import io.stitchflow.network.Network;
import io.stitchflow.statistics.ChannelMoments;
import io.stitchflow.statistics.ExampleGeometry;
import io.stitchflow.statistics.ExampleVariance;
import io.stitchflow.statistics.ExampleVectors;
import io.stitchflow.statistics.FisherInformation;
import io.stitchflow.statistics.Gaussian;
import io.stitchflow.statistics.PredictionCounts;
import io.stitchflow.statistics.RepresentationVariance;
import io.stitchflow.statistics.Sums;
import io.stitchflow.torch.Functional;
import io.stitchflow.torch.Lane;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The receiver's own representation on one split, and the sums of it that all cells of a column
 * share: it is read once, and passes the receiver once. Sums are computed only if a metric requests
 * them before the first batch.
 */
final class ReceiverTargets {
  private final Lane lane;
  private final Network receiver;
  private final CutPoint cut;
  private final PredictionCounts predictions = new PredictionCounts();
  private final Map<Integer, RepresentationVariance> spreads = new HashMap<>();
  private final Map<Integer, ChannelMoments> moments = new HashMap<>();
  private final List<RepresentationVariance> later = new ArrayList<>();
  private final ExampleVectors examples = new ExampleVectors();
  private @Nullable ExampleGeometry geometry;
  private boolean hasExamples;
  private @Nullable ExampleVariance exampleVariance;
  private @Nullable FisherInformation fisher;
  private Gaussian.@Nullable Fit exampleFit;
  private Gaussian.@Nullable Scores scores;
  private boolean predicts;
  private boolean watchesLaterCuts;

  /** One batch. */
  static final class Batch {
    private final NDArray map;
    private final Map<Integer, NDArray> vectors;
    private final List<NDArray> later;
    private final @Nullable NDArray logits;
    private double @Nullable [] squares;

    /**
     * @param vectors by side of the blocks averaged: channel vectors as {@link ChannelMoments#add}
     *     returns them
     * @param later maps at the receiver's later cuts; empty if not requested
     * @param logits null if not requested
     */
    private Batch(
        NDArray map, Map<Integer, NDArray> vectors, List<NDArray> later, @Nullable NDArray logits) {
      this.map = map;
      this.vectors = vectors;
      this.later = later;
      this.logits = logits;
    }

    /** The representation, float32. */
    NDArray map() {
      return map;
    }

    List<NDArray> later() {
      return later;
    }

    /** Of the receiver on its own representation. */
    NDArray logits() {
      if (logits == null) {
        throw new IllegalStateException("no cell requested predictions of the receiver");
      }
      return logits;
    }

    /** |map|² of each example. */
    double[] squares() {
      double[] known = squares == null ? Sums.products(map, map) : squares;
      squares = known;
      return known;
    }

    /** Channel vectors of means over blocks of {@code side}. */
    NDArray vectors(int side) {
      NDArray ofSide = vectors.get(side);
      if (ofSide == null) {
        throw new IllegalStateException("no cell requested blocks of side " + side);
      }
      return ofSide;
    }
  }

  ReceiverTargets(Lane lane, Network receiver, CutPoint cut) {
    this.lane = lane;
    this.receiver = receiver;
    this.cut = cut;
  }

  Lane lane() {
    return lane;
  }

  CutPoint cut() {
    return cut;
  }

  /** Classes of the receiver's task. */
  int classes() {
    return receiver.source().task().classes();
  }

  /** Logits of the receiver if {@code representation} replaces its own. */
  NDArray suffix(NDArray representation) {
    return receiver.suffix(representation, cut);
  }

  /** The same; hands on the maps at later cuts, in order. */
  NDArray suffix(NDArray representation, Consumer<NDArray> laterMaps) {
    return receiver.suffix(representation, cut, (layer, map) -> laterMaps.accept(map));
  }

  /** Requests the predictions of the receiver on its own representation. */
  PredictionCounts predictions() {
    predicts = true;
    return predictions;
  }

  /** Requests the receiver's own representations at later cuts. */
  ReceiverTargets watchingLaterCuts() {
    watchesLaterCuts = true;
    return this;
  }

  /** Requests the spread over blocks of this side. */
  RepresentationVariance spread(int block) {
    return spreads.computeIfAbsent(block, RepresentationVariance::new);
  }

  /** Requests moments of means over blocks of this side. */
  ChannelMoments moments(int block) {
    return moments.computeIfAbsent(block, side -> new ChannelMoments(lane));
  }

  /** Requests the variance by example. */
  ExampleVariance exampleVariance() {
    ExampleVariance shared = exampleVariance == null ? new ExampleVariance() : exampleVariance;
    exampleVariance = shared;
    return shared;
  }

  /** Requests the vectors of examples. */
  ReceiverTargets withExamples() {
    hasExamples = true;
    return this;
  }

  /** The geometry of all examples, once the last was added; computed once for all cells. */
  ExampleGeometry exampleGeometry() {
    ExampleGeometry known = geometry == null ? examples.geometry() : geometry;
    geometry = known;
    return known;
  }

  /**
   * Requests the Fisher information of the receiver's own representation. It is of few examples,
   * {@link #fisherRows}, which are added to it before the others are measured.
   */
  FisherInformation fisher() {
    FisherInformation shared = fisher == null ? new FisherInformation(lane, this::suffix) : fisher;
    fisher = shared;
    return shared;
  }

  /**
   * The rows of the examples that {@link #fisher} is computed from; none if it is not requested.
   *
   * @param rows of all examples
   */
  int[] fisherRows(int[] rows) {
    return fisher == null ? new int[0] : FisherInformation.chosen(rows, classes());
  }

  /** Requests mean and covariance of the channel means of examples. */
  Gaussian.Fit exampleFit() {
    Gaussian.Fit shared = exampleFit == null ? new Gaussian.Fit(cut.channels()) : exampleFit;
    exampleFit = shared;
    return shared;
  }

  /** Requests the scores of the receiver's own representation by the fit to the train examples. */
  Gaussian.Scores scores(Gaussian train) {
    Gaussian.Scores shared = scores == null ? new Gaussian.Scores(train) : scores;
    scores = shared;
    return shared;
  }

  /** Adds the next examples; the batch is valid in the caller's scope. */
  Batch add(NDArray y, IntUnaryOperator labels) {
    List<NDArray> maps = new ArrayList<>();
    @Nullable NDArray logits = null;
    if (watchesLaterCuts) {
      logits = suffix(y, map -> maps.add(map.duplicate()));
      addLater(maps);
    } else if (predicts) {
      logits = suffix(y);
    }
    if (logits != null) {
      predictions.add(logits, labels);
    }
    if (exampleFit != null) {
      exampleFit.add(Sums.channelMeans(y));
    }
    if (scores != null) {
      scores.add(y);
    }
    if (hasExamples) {
      examples.add(y, labels);
    }
    if (!spreads.isEmpty()) {
      try (NDArray exact = y.toType(DataType.FLOAT64, false)) {
        spreads.values().forEach(spread -> spread.add(exact));
      }
    }
    Map<Integer, NDArray> vectors = new HashMap<>();
    moments.forEach((block, sums) -> vectors.put(block, sums.add(blockMeans(y, block))));
    Batch batch = new Batch(y, vectors, maps, logits);
    if (exampleVariance != null) {
      exampleVariance.add(y, batch.squares());
    }
    return batch;
  }

  private void addLater(List<NDArray> maps) {
    for (int i = 0; i < maps.size(); i++) {
      if (i == later.size()) {
        later.add(new RepresentationVariance(1));
      }
      try (NDArray exact = maps.get(i).toType(DataType.FLOAT64, false)) {
        later.get(i).add(exact);
      }
    }
  }

  /** Means over blocks of {@code side} x {@code side} positions; the map itself where it is 1. */
  static NDArray blockMeans(NDArray map, int side) {
    return side == 1 ? map : Functional.averagePool(map, side, side, 0);
  }

  /** The receiver's cuts after this one, in order. */
  List<CutPoint> laterCuts() {
    List<CutPoint> cuts = receiver.source().cuts();
    return cuts.subList(cuts.indexOf(cut) + 1, cuts.size());
  }

  /** Sum over all elements of (y - its channel's mean)², at a later cut. */
  double laterSquares(int i) {
    return later.get(i).squares();
  }
}
