package io.stitchflow.report.cells;

import static java.util.Map.Entry.comparingByValue;

import io.stitchflow.comparison.Quantity;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the rows of one cell and seed show only together; null where not measured.
 *
 * @param gap the vanilla stitch's cross-entropy on train examples minus the least of the cell's
 *     other stitches measured there; 0 if they differ by rounding only, null if none was measured.
 *     Above 0, training has not converged. Controls are not measured on train examples, so these
 *     are the copies of all solvers and the vanilla stitches of the other starts
 * @param copyDrop R² of the copy on train examples minus that on test examples
 */
public record Shared(@Nullable Double gap, @Nullable Double copyDrop) {
  /** {@link #gap}. */
  public static final Quantity GAP =
      Quantity.number("gap", "gap", Quantity.Range.REAL, Quantity.Better.LOWER)
          .of(Quantity.Stitched.VANILLA);

  /** {@link #copyDrop}. */
  public static final Quantity COPY_R2_DROP =
      Quantity.number("copy_r2_drop", "copy R² drop", Quantity.Range.REAL, Quantity.Better.LOWER)
          .of(Quantity.Stitched.COPY);

  public static final Shared NONE = new Shared(null, null);

  private static final double ROUNDING = 1e-9;

  /**
   * Training sums a loss in float32: between starts, less than this share of it decides nothing.
   */
  private static final double ROUNDING_OF_TRAINING = 1e-6;

  /** Stitches of the cell whose loss is within reach. */
  private static final List<String> OTHERS = List.of("copy", "identity", "permutation", "random");

  /** One seed of a cell. */
  private record Stitching(CellKey cell, long seed) {}

  /** The same rows, in their order. */
  public static List<Cell> fill(List<Cell> rows) {
    Map<Stitching, List<Cell>> stitchings = new LinkedHashMap<>();
    for (Cell row : rows) {
      stitchings.computeIfAbsent(stitching(row), absent -> new ArrayList<>()).add(row);
    }
    Map<Stitching, @Nullable Double> gaps = new LinkedHashMap<>();
    stitchings.forEach((stitching, all) -> gaps.put(stitching, gap(all)));
    List<Cell> filled = new ArrayList<>();
    for (Cell row : rows) {
      Stitching stitching = stitching(row);
      List<Cell> all = stitchings.getOrDefault(stitching, List.of());
      filled.add(row.with(new Shared(gaps.get(stitching), copyDrop(row, all))));
    }
    return filled;
  }

  private static Stitching stitching(Cell row) {
    return new Stitching(CellKey.of(row), row.place().getSeed());
  }

  private static @Nullable Double gap(List<Cell> rows) {
    Double reached = null;
    double known = Double.POSITIVE_INFINITY;
    for (Cell row : rows) {
      if (row.split() == Split.TRAIN) {
        Double vanilla = row.crossEntropy("vanilla");
        reached = vanilla == null ? reached : vanilla;
        for (String stitch : OTHERS) {
          known = min(known, row.crossEntropy(stitch));
        }
        for (double other : otherStarts(row)) {
          known = min(known, vanilla == null ? other : rounded(other, vanilla));
        }
      }
    }
    if (reached == null) {
      return null;
    }
    if (reached.isNaN()) {
      return Double.POSITIVE_INFINITY;
    }
    if (known == Double.POSITIVE_INFINITY) {
      return null;
    }
    double gap = reached - known;
    return Math.abs(gap) <= ROUNDING * Math.abs(known) ? 0 : gap;
  }

  /** Cross-entropies of the vanilla stitches that were not kept; none with one start. */
  private static List<Double> otherStarts(Cell row) {
    Map<String, Double> losses = row.values().series("start_loss");
    List<Double> others = new ArrayList<>();
    @Nullable String kept =
        losses.isEmpty() ? null : Collections.min(losses.entrySet(), comparingByValue()).getKey();
    row.values()
        .series("start_cross_entropy")
        .forEach(
            (start, loss) -> {
              if (!start.equals(kept)) {
                others.add(loss);
              }
            });
    return others;
  }

  /** The kept stitch's loss in place of one that differs from it by rounding only. */
  private static double rounded(double other, double kept) {
    return Math.abs(kept - other) <= ROUNDING_OF_TRAINING * Math.abs(other) ? kept : other;
  }

  private static double min(double known, @Nullable Double other) {
    return other == null || other.isNaN() ? known : Math.min(known, other);
  }

  private static @Nullable Double copyDrop(Cell row, List<Cell> rows) {
    Double train = r2Copy(row, rows, Split.TRAIN);
    Double test = r2Copy(row, rows, Split.TEST);
    return train == null || test == null ? null : (Double) (train - test);
  }

  private static @Nullable Double r2Copy(Cell row, List<Cell> rows, Split split) {
    for (Cell other : rows) {
      if (other.split() == split && other.place().getCopySolver() == row.place().getCopySolver()) {
        return other.r2Copy();
      }
    }
    return null;
  }
}
