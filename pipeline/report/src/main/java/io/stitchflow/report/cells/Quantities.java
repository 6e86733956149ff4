package io.stitchflow.report.cells;

import io.stitchflow.comparison.Metrics;
import io.stitchflow.comparison.Quantity;
import java.util.Comparator;
import java.util.List;

/** The quantities of all metrics by where the report shows them. */
public final class Quantities {
  private Quantities() {}

  /** Those of a table, in the order of its columns. */
  public static List<Quantity> in(Quantity.Table table) {
    return Metrics.quantities().stream()
        .filter(quantity -> quantity.display().table() == table)
        .toList();
  }

  /** Those with a heat map: first those that do not depend on the copy. */
  public static List<Quantity> drawn() {
    return Metrics.quantities().stream()
        .filter(quantity -> quantity.display().map() != null)
        .sorted(Comparator.comparing(quantity -> quantity.stitched().needsCopy()))
        .toList();
  }

  /**
   * The title of its heat map.
   *
   * @throws IllegalArgumentException if it has none
   */
  public static String mapTitle(Quantity quantity) {
    String title = quantity.display().map();
    if (title == null) {
      throw new IllegalArgumentException(quantity.name() + " has no heat map");
    }
    return title;
  }
}
