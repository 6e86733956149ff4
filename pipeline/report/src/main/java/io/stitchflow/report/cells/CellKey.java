package io.stitchflow.report.cells;

import io.stitchflow.v1.CopySolver;
import io.stitchflow.v1.ReportCell;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the rows of one cell have in common, whatever their seed, split and copy solver. */
public record CellKey(ReportCell place) {
  public static CellKey of(Cell cell) {
    return new CellKey(
        cell.place().toBuilder()
            .clearSeed()
            .setCopySolver(CopySolver.COPY_SOLVER_UNSPECIFIED)
            .build());
  }

  /** What the same cell has in common with other objectives of its vanilla stitch too. */
  public static CellKey ofAnyObjective(Cell cell) {
    return new CellKey(of(cell).place().toBuilder().clearObjective().build());
  }

  /** In the order of their first rows. */
  public static Map<CellKey, List<Cell>> group(List<Cell> rows) {
    Map<CellKey, List<Cell>> cells = new LinkedHashMap<>();
    rows.forEach(row -> cells.computeIfAbsent(of(row), absent -> new ArrayList<>()).add(row));
    return cells;
  }
}
