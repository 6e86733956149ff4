package io.stitchflow.report.figure;

import io.stitchflow.comparison.Metrics;
import io.stitchflow.comparison.Quantity;
import io.stitchflow.report.cells.Cell;
import io.stitchflow.report.cells.Mark;
import io.stitchflow.report.cells.Sample;
import io.stitchflow.report.cells.Statistic;
import io.stitchflow.report.cells.Verdict;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One quantity over the cuts of a pair, rows = sender cuts, columns = receiver cuts; each entry is
 * what its seeds gave.
 */
final class Matrix {
  /** What an entry lacks that {@link #isOpen}. */
  static final String OPEN = "no verdict about matching";

  private static final Quantity COST_OF_MATCHING = Metrics.quantity("cost_of_matching");

  private final List<String> senderCuts;
  private final List<String> receiverCuts;
  private final Quantity quantity;
  private final List<Sample> samples;
  private final List<Boolean> marks;
  private @Nullable VerdictMatrix verdicts;

  private Matrix(List<String> senderCuts, List<String> receiverCuts, Quantity quantity) {
    this.senderCuts = List.copyOf(senderCuts);
    this.receiverCuts = List.copyOf(receiverCuts);
    this.quantity = quantity;
    this.samples = new ArrayList<>();
    this.marks = new ArrayList<>();
    for (int i = 0; i < senderCuts.size() * receiverCuts.size(); i++) {
      samples.add(new Sample());
      marks.add(false);
    }
  }

  /**
   * Gathers one number of each cell; cells at other cuts, and numbers that are null, are left out.
   *
   * @param cells of one pair, condition, copy solver and split
   */
  static Matrix of(
      List<Cell> cells, List<String> senderCuts, List<String> receiverCuts, Quantity quantity) {
    Matrix matrix = new Matrix(senderCuts, receiverCuts, quantity);
    for (Cell cell : cells) {
      int row = senderCuts.indexOf(cell.place().getSenderCut());
      int column = receiverCuts.indexOf(cell.place().getReceiverCut());
      Double value = cell.number(quantity);
      if (row >= 0 && column >= 0 && value != null) {
        matrix.at(row, column).add(value);
        if (Mark.of(quantity).at(cell)) {
          matrix.marks.set(row * matrix.columns() + column, true);
        }
      }
    }
    return matrix;
  }

  /** The same matrix, whose open entries are known. */
  Matrix with(VerdictMatrix ofTheseCells) {
    verdicts = ofTheseCells;
    return this;
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

  /** The mean over the seeds, or the median of what has no bounds; NaN if nothing was measured. */
  double value(int row, int column) {
    return Statistic.center(quantity, at(row, column));
  }

  /** Whether the quantity's mark stands there, since it holds for one of the seeds. */
  boolean isMarked(int row, int column) {
    return marks.get(row * columns() + column);
  }

  /**
   * Whether the entry answers nothing: a cost of matching where no verdict says that a matching
   * stitch works.
   */
  boolean isOpen(int row, int column) {
    if (verdicts == null || !quantity.equals(COST_OF_MATCHING) || at(row, column).size() == 0) {
      return false;
    }
    Verdict verdict = verdicts.at(row, column);
    return verdict == null || !verdict.hasMatchingStitch();
  }

  int open() {
    int open = 0;
    for (int i = 0; i < rows(); i++) {
      for (int j = 0; j < columns(); j++) {
        open += isOpen(i, j) ? 1 : 0;
      }
    }
    return open;
  }

  int marked() {
    return (int) marks.stream().filter(marked -> marked).count();
  }

  /** The value with the last colour: the end of its range, or the largest value. */
  double top() {
    double end = quantity.range().to();
    return Double.isFinite(end) ? end : max() > 0 ? max() : 1;
  }

  boolean isEmpty() {
    return samples.stream().allMatch(sample -> sample.size() == 0);
  }

  /** The largest number of seeds behind an entry. */
  int seeds() {
    return samples.stream().mapToInt(Sample::size).max().orElse(0);
  }

  /** The largest finite value, or 0. */
  private double max() {
    return samples.stream()
        .mapToDouble(sample -> Statistic.center(quantity, sample))
        .filter(Double::isFinite)
        .max()
        .orElse(0);
  }
}
