package io.stitchflow.report.figure;

import io.stitchflow.comparison.Quantity;
import io.stitchflow.report.cells.Cell;
import io.stitchflow.report.cells.CellTable;
import io.stitchflow.report.cells.Quantities;
import io.stitchflow.report.cells.Results;
import io.stitchflow.report.cells.Sample;
import io.stitchflow.report.cells.Split;
import io.stitchflow.report.cells.Statistic;
import io.stitchflow.report.cells.Words;
import io.stitchflow.v1.Condition;
import io.stitchflow.v1.ReportCell;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The file {@code matrices.ansi}: matrices of the first pair and condition, and one number for each
 * condition. Colours are escape sequences of 256-colour terminals.
 */
public final class TerminalMatrices {
  /** How many quantities have a matrix. */
  private static final int MOST = 2;

  private static final Pattern COLOR = Pattern.compile("\u001b\\[[0-9;]*m");

  private TerminalMatrices() {}

  /**
   * Lines that end with LF; empty if no quantity with a heat map was measured.
   *
   * @param results of the same cells
   */
  public static String of(CellTable table, Results results) {
    if (table.cells().isEmpty()) {
      return "";
    }
    ReportCell first = table.cells().get(0).place();
    TerminalMatrix matrix =
        TerminalMatrix.of(table, first.getSender(), first.getReceiver(), first.getCondition());
    List<Quantity> shown =
        Quantities.drawn().stream()
            .filter(quantity -> !matrix.colored(quantity).isEmpty())
            .limit(MOST)
            .toList();
    StringBuilder text = new StringBuilder();
    shown.forEach(quantity -> text.append(matrix.colored(quantity)).append('\n'));
    if (!shown.isEmpty() && results.conditions().size() > 1) {
      text.append(centers(results, shown.get(0)));
    }
    return text.toString();
  }

  /** The same text without colours. */
  public static String plain(String text) {
    return COLOR.matcher(text).replaceAll("");
  }

  /** Over all cells of each condition on test examples, whatever their pair, seed and solver. */
  private static String centers(Results results, Quantity quantity) {
    StringBuilder text = new StringBuilder(Quantities.mapTitle(quantity).replace("R²", "R^2"));
    text.append(Statistic.of(quantity) == Statistic.MEAN ? ", mean" : ", median");
    text.append(" over all cells, test:");
    String separator = " ";
    for (Condition condition : results.conditions()) {
      List<Cell> rows = results.distinctCells(condition, Split.TEST);
      double center = Statistic.center(quantity, Sample.of(rows, row -> row.number(quantity)));
      String number = Double.isNaN(center) ? "none" : String.format(Locale.ROOT, "%.3f", center);
      text.append(separator).append(Words.text(condition)).append(' ').append(number);
      separator = ", ";
    }
    return text.append('\n').toString();
  }
}
