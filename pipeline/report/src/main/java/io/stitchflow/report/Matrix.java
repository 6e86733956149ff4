package io.stitchflow.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One quantity over the cuts of a pair, rows = sender cuts, columns = receiver cuts; each entry is
 * the mean over seeds.
 */
final class Matrix {
  private final List<String> senderCuts;
  private final List<String> receiverCuts;
  private final List<Sample> samples;

  private Matrix(List<String> senderCuts, List<String> receiverCuts) {
    this.senderCuts = List.copyOf(senderCuts);
    this.receiverCuts = List.copyOf(receiverCuts);
    this.samples = new ArrayList<>();
    for (int i = 0; i < senderCuts.size() * receiverCuts.size(); i++) {
      samples.add(new Sample());
    }
  }

  /**
   * Gathers one number of each cell; cells at other cuts, and numbers that are null, are left out.
   *
   * @param cells of one pair, condition, copy solver and split
   */
  static Matrix of(
      List<Cell> cells,
      List<String> senderCuts,
      List<String> receiverCuts,
      Function<Cell, @Nullable Double> quantity) {
    Matrix matrix = new Matrix(senderCuts, receiverCuts);
    for (Cell cell : cells) {
      int row = senderCuts.indexOf(cell.place().getSenderCut());
      int column = receiverCuts.indexOf(cell.place().getReceiverCut());
      Double value = quantity.apply(cell);
      if (row >= 0 && column >= 0 && value != null) {
        matrix.at(row, column).add(value);
      }
    }
    return matrix;
  }

  List<String> senderCuts() {
    return senderCuts;
  }

  List<String> receiverCuts() {
    return receiverCuts;
  }

  int rows() {
    return senderCuts.size();
  }

  int columns() {
    return receiverCuts.size();
  }

  /** What was measured there over the seeds; empty if nothing was. */
  Sample at(int row, int column) {
    return samples.get(row * columns() + column);
  }

  boolean isEmpty() {
    return samples.stream().allMatch(sample -> sample.size() == 0);
  }

  /** The largest number of seeds behind an entry. */
  int seeds() {
    return samples.stream().mapToInt(Sample::size).max().orElse(0);
  }

  /** The largest finite mean, or 0. */
  double max() {
    return samples.stream().mapToDouble(Sample::mean).filter(Double::isFinite).max().orElse(0);
  }
}
