package io.stitchflow.report.cells;

import io.stitchflow.v1.Condition;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A number of a cell that is drawn as a heat map and averaged over regions. */
public enum Quantity {
  VANILLA_ACCURACY("Vanilla accuracy", Scale.ACCURACY, Cell::vanillaAccuracy, Mark.NOT_CONVERGED),
  R2_VANILLA("R² of the vanilla stitch", Scale.R2, Cell::r2Vanilla, Mark.NOT_CONVERGED),
  EV("EV = MSE(vanilla, expected)", Scale.ERROR, Cell::ev, Mark.NOT_CONVERGED),
  COPY_ACCURACY("Copy accuracy", Scale.ACCURACY, Cell::copyAccuracy, Mark.COPY_OVERFITS),
  R2_COPY("R² of the copy stitch", Scale.R2, Cell::r2Copy, Mark.COPY_OVERFITS),
  ES("ES = MSE(copy, expected)", Scale.ERROR, Cell::es, Mark.COPY_OVERFITS),
  SV("SV = MSE(vanilla, copy)", Scale.ERROR, Cell::sv, Mark.NOT_CONVERGED);

  /** What a colour stands for. */
  public enum Scale {
    /** Fixed: 0 to 1. */
    ACCURACY,
    /** Fixed: 0 to 1; what lies below is drawn as 0. */
    R2,
    /** From 0 to the map's largest value. */
    ERROR
  }

  private final String title;
  private final Scale scale;
  private final Mark mark;

  @SuppressWarnings("ImmutableEnumChecker") // method references, without state
  private final Function<Cell, @Nullable Double> value;

  Quantity(String title, Scale scale, Function<Cell, @Nullable Double> value, Mark mark) {
    this.title = title;
    this.scale = scale;
    this.mark = mark;
    this.value = value;
  }

  /** As files name it: {@code vanilla_accuracy}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  public String title() {
    return title;
  }

  public Scale scale() {
    return scale;
  }

  /** What is said at cells whose number it makes doubtful. */
  public Mark mark() {
    return mark;
  }

  /** Whether it has bounds, so that a few cells cannot decide a mean. */
  public boolean hasMean() {
    return scale == Scale.ACCURACY;
  }

  /** The mean, or the median of what has no bounds; NaN if empty. */
  public double center(Sample sample) {
    return hasMean() ? sample.mean() : sample.median();
  }

  /** Whether the number depends on how the copy task was solved. */
  public boolean needsCopy() {
    return this == COPY_ACCURACY || this == R2_COPY || this == ES || this == SV;
  }

  /**
   * Over all cells of a condition on test examples, whatever their seed and solver: the mean, or
   * the median of what has no bounds; NaN if none was measured.
   */
  public double center(CellTable table, Condition condition) {
    List<Cell> rows =
        table.cells().stream()
            .filter(cell -> cell.split() == Split.TEST && cell.place().getCondition() == condition)
            .toList();
    return center(Sample.of(rows, value));
  }

  /** Null where it was not measured. */
  public @Nullable Double of(Cell cell) {
    return value.apply(cell);
  }
}
