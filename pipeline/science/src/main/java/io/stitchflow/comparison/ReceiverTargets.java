package io.stitchflow.comparison;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.stitchflow.network.CutPoint;
import io.stitchflow.network.Network;
import io.stitchflow.network.PredictionCounts;
import io.stitchflow.torch.Functional;
import io.stitchflow.torch.Lane;
import io.stitchflow.v1.Evaluation;
import io.stitchflow.v1.Metric;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntUnaryOperator;

/**
 * The receiver's own representation on one split, and what all cells of a column need of it: it is
 * read once, and passes the receiver once.
 */
final class ReceiverTargets {
  private final Lane lane;
  private final Network receiver;
  private final CutPoint cut;
  private final Set<Metric> metrics;
  private final PredictionCounts alone = new PredictionCounts();
  private final Map<Integer, RepresentationVariance> spreads = new HashMap<>();
  private final Map<Integer, ChannelMoments> moments = new HashMap<>();
  private final List<RepresentationVariance> later = new ArrayList<>();

  /**
   * One batch.
   *
   * @param map as the receiver has it, float32
   * @param squares |map|² of each example; empty where nobody asked
   * @param vectors by side of the blocks averaged: channel vectors as {@link ChannelMoments#add}
   *     returns them
   * @param later maps at the receiver's later cuts; empty where nobody asked
   */
  record Batch(
      NDArray map, List<Double> squares, Map<Integer, NDArray> vectors, List<NDArray> later) {
    /** Channel vectors of means over blocks of {@code side}. */
    NDArray vectors(int side) {
      NDArray vectors = this.vectors.get(side);
      if (vectors == null) {
        throw new IllegalStateException("no cell said that it needs blocks of side " + side);
      }
      return vectors;
    }
  }

  ReceiverTargets(Lane lane, Network receiver, CutPoint cut, Set<Metric> metrics) {
    this.lane = lane;
    this.receiver = receiver;
    this.cut = cut;
    this.metrics = Set.copyOf(metrics);
  }

  Set<Metric> metrics() {
    return metrics;
  }

  Network receiver() {
    return receiver;
  }

  CutPoint cut() {
    return cut;
  }

  boolean asks(Metric... any) {
    for (Metric metric : any) {
      if (metrics.contains(metric)) {
        return true;
      }
    }
    return false;
  }

  /** Says that a cell needs the spread over blocks of this side, before the first batch. */
  RepresentationVariance spread(int block) {
    return spreads.computeIfAbsent(block, RepresentationVariance::new);
  }

  /** Says that a cell needs moments of means over blocks of this side, before the first batch. */
  ChannelMoments moments(int block) {
    return moments.computeIfAbsent(block, side -> new ChannelMoments(lane));
  }

  /** Adds the next examples; the batch is valid in the caller's scope. */
  Batch add(NDArray y, IntUnaryOperator labels) {
    List<NDArray> maps = new ArrayList<>();
    if (asks(Metric.DRIFT)) {
      alone.add(receiver.suffix(y, cut, (layer, map) -> maps.add(map.duplicate())), labels);
      addLater(maps);
    } else if (asks(Metric.ACCURACY)) {
      alone.add(receiver.suffix(y, cut), labels);
    }
    if (asks(Metric.MSE)) {
      try (NDArray exact = y.toType(DataType.FLOAT64, false)) {
        spreads.values().forEach(spread -> spread.add(exact));
      }
    }
    Map<Integer, NDArray> vectors = new HashMap<>();
    moments.forEach((block, sums) -> vectors.put(block, sums.add(blockMeans(y, block))));
    List<Double> squares =
        asks(Metric.COSINE) ? Arrays.stream(Sums.products(y, y)).boxed().toList() : List.of();
    return new Batch(y, squares, vectors, maps);
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

  /** The receiver on its own representation. */
  Evaluation alone() {
    return alone.evaluation();
  }

  /** The receiver's cuts after this one, in order. */
  List<CutPoint> laterCuts() {
    List<CutPoint> cuts = receiver.architecture().cuts();
    return cuts.subList(cuts.indexOf(cut) + 1, cuts.size());
  }

  /** Sum over all elements of (y - its channel's mean)², at a later cut. */
  double laterSquares(int i) {
    return later.get(i).squares();
  }
}
