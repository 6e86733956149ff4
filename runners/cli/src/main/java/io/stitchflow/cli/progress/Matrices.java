package io.stitchflow.cli.progress;

import io.stitchflow.report.cells.CellTable;
import io.stitchflow.report.cells.Quantity;
import io.stitchflow.report.figure.TerminalMatrix;
import io.stitchflow.v1.Condition;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.Pair;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a run found, for the terminal: the first pair's matrices, and one number for each condition
 * beside them.
 */
final class Matrices {
  private static final int MOST = 2;

  private Matrices() {}

  /**
   * @param csv the report's cells.csv
   */
  static String of(Path csv, Experiment experiment, boolean colored) throws IOException {
    CellTable table = CellTable.read(csv);
    Pair pair = experiment.getPair(0);
    Condition condition = experiment.getCondition(0);
    TerminalMatrix matrix =
        TerminalMatrix.of(table, pair.getSender(), pair.getReceiver(), condition);
    StringBuilder text = new StringBuilder();
    @Nullable Quantity first = null;
    int shown = 0;
    for (Quantity quantity : Quantity.values()) {
      String rendered = colored ? matrix.colored(quantity) : matrix.plain(quantity);
      if (!rendered.isEmpty() && shown < MOST) {
        text.append(rendered).append('\n');
        first = first == null ? quantity : first;
        shown++;
      }
    }
    if (first != null && experiment.getConditionCount() > 1) {
      text.append(first.title().replace("R²", "R^2"))
          .append(first.hasMean() ? ", mean" : ", median")
          .append(" over all cells, test:");
      String separator = " ";
      for (Condition each : experiment.getConditionList()) {
        text.append(separator)
            .append(each.name().toLowerCase(Locale.ROOT))
            .append(' ')
            .append(center(table, each, first));
        separator = ", ";
      }
      text.append('\n');
    }
    return text.toString();
  }

  private static String center(CellTable table, Condition condition, Quantity quantity) {
    double center = quantity.center(table, condition);
    return Double.isNaN(center) ? "none" : String.format(Locale.ROOT, "%.3f", center);
  }
}
