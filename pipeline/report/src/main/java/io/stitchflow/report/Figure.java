package io.stitchflow.report;

import io.stitchflow.report.cells.Cell;
import io.stitchflow.report.cells.ControlStitch;
import io.stitchflow.report.cells.Estimate;
import io.stitchflow.report.cells.Statistic;
import io.stitchflow.report.cells.Words;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What verdicts rest on, and what untrained stitches do beside it. */
enum Figure {
  VANILLA_ACCURACY("vanilla accuracy", Statistic.MEAN, Cell::vanillaAccuracy),
  COPY_ACCURACY("copy accuracy", Statistic.MEAN, Cell::copyAccuracy),
  RECEIVER_ACCURACY("receiver accuracy", Statistic.MEAN, Cell::receiverAccuracy),
  R2_VANILLA("R² vanilla", Statistic.MEDIAN, Cell::r2Vanilla),
  R2_VANILLA_ABOVE_0(
      "R² vanilla > 0", Statistic.SHARE, cell -> RegionTable.isPositive(cell.r2Vanilla())),
  R2_COPY("R² copy", Statistic.MEDIAN, Cell::r2Copy),
  R2_CEILING("R² ceiling", Statistic.MEAN, Cell::r2Ceiling),
  GAP("gap", Statistic.MEDIAN, Cell::gap),
  IDENTITY_ACCURACY(
      "identity", Statistic.MEAN, cell -> cell.controlAccuracy(ControlStitch.IDENTITY)),
  PERMUTATION_ACCURACY(
      "permutation", Statistic.MEAN, cell -> cell.controlAccuracy(ControlStitch.PERMUTATION)),
  RANDOM_ACCURACY("random", Statistic.MEAN, cell -> cell.controlAccuracy(ControlStitch.RANDOM));

  private final String name;
  private final Statistic statistic;

  @SuppressWarnings("ImmutableEnumChecker") // method references, without state
  private final Function<Cell, @Nullable Double> value;

  Figure(String name, Statistic statistic, Function<Cell, @Nullable Double> value) {
    this.name = name;
    this.statistic = statistic;
    this.value = value;
  }

  /** In words: {@code R² vanilla}. */
  String title() {
    return name;
  }

  /** As a table's column: {@code R² vanilla, median}. */
  String heading() {
    return statistic.heading(name);
  }

  /** As files write it: {@code r2_vanilla}. */
  String text() {
    return Words.text(this);
  }

  Statistic statistic() {
    return statistic;
  }

  Estimate of(List<Cell> cells) {
    return statistic.of(cells, value);
  }
}
