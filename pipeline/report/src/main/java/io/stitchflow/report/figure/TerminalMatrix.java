package io.stitchflow.report.figure;

import io.stitchflow.comparison.Quantity;
import io.stitchflow.report.cells.Cell;
import io.stitchflow.report.cells.CellTable;
import io.stitchflow.report.cells.Mark;
import io.stitchflow.report.cells.Numbers;
import io.stitchflow.report.cells.Quantities;
import io.stitchflow.report.cells.Split;
import io.stitchflow.report.cells.Words;
import io.stitchflow.v1.Condition;
import io.stitchflow.v1.CopySolver;
import io.stitchflow.v1.ReportCell;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Similarity matrices of one pair and condition as ASCII text, test examples, one number for all
 * seeds: rows = sender cuts, columns = receiver cuts. Nine columns take 80 characters unless
 * numbers are longer than six.
 */
final class TerminalMatrix {
  private static final int CELL = 7;

  private final List<Cell> cells;
  private final String heading;

  private TerminalMatrix(List<Cell> cells, String heading) {
    this.cells = cells;
    this.heading = heading;
  }

  /** The matrices of one pair and condition; of the first copy solver where there are two. */
  static TerminalMatrix of(CellTable table, String sender, String receiver, Condition condition) {
    List<Cell> all =
        table.cells().stream()
            .filter(cell -> cell.split() == Split.TEST)
            .filter(cell -> cell.place().getCondition() == condition)
            .filter(cell -> cell.place().getSender().equals(sender))
            .filter(cell -> cell.place().getReceiver().equals(receiver))
            .toList();
    CopySolver solver =
        all.stream()
            .map(cell -> cell.place().getCopySolver())
            .min(CopySolver::compareTo)
            .orElse(CopySolver.COPY_SOLVER_UNSPECIFIED);
    return new TerminalMatrix(
        all.stream().filter(cell -> cell.place().getCopySolver() == solver).toList(),
        sender + " -> " + receiver + ", " + Words.text(condition) + ", test");
  }

  /**
   * Lines that end with LF, with the heat map's colours as escape sequences of 256-colour
   * terminals; empty if nothing of {@code quantity} was measured.
   */
  String colored(Quantity quantity) {
    Matrix matrix =
        Matrix.of(
            cells, cuts(ReportCell::getSenderCut), cuts(ReportCell::getReceiverCut), quantity);
    if (matrix.isEmpty()) {
      return "";
    }
    double top = matrix.top();
    ColorMap colors = ColorMap.of(quantity);
    Mark mark = Mark.of(quantity);
    String corner = "sender \\ receiver";
    int margin =
        Math.max(
            corner.length(), matrix.senderCuts().stream().mapToInt(String::length).max().orElse(0));
    StringBuilder text = new StringBuilder();
    text.append(Quantities.mapTitle(quantity).replace("R²", "R^2"))
        .append(": ")
        .append(heading)
        .append('\n');
    text.append(corner).append(" ".repeat(margin - corner.length()));
    String[][] numbers = numbers(matrix, mark);
    int width = width(numbers);
    matrix.receiverCuts().forEach(cut -> text.append(right(brief(cut), width)));
    text.append('\n');
    for (int i = 0; i < matrix.rows(); i++) {
      text.append(right(matrix.senderCuts().get(i), margin));
      for (int j = 0; j < matrix.columns(); j++) {
        double value = matrix.value(i, j);
        String padded = right(numbers[i][j], width);
        text.append(Double.isFinite(value) ? painted(padded, colors, value / top) : padded);
      }
      text.append('\n');
    }
    if (matrix.marked() > 0) {
      text.append(mark.ascii()).append(' ').append(mark.text()).append(": ");
      text.append(matrix.marked()).append(matrix.marked() == 1 ? " cell" : " cells").append('\n');
    }
    return text.toString();
  }

  /** A number for each cell; a point where nothing was measured. */
  private static String[][] numbers(Matrix matrix, Mark mark) {
    String[][] numbers = new String[matrix.rows()][matrix.columns()];
    for (int i = 0; i < matrix.rows(); i++) {
      for (int j = 0; j < matrix.columns(); j++) {
        double value = matrix.value(i, j);
        numbers[i][j] =
            matrix.at(i, j).size() == 0
                ? "."
                : matrix.isMarked(i, j) ? marked(value, mark) : Numbers.brief(value);
      }
    }
    return numbers;
  }

  /** Of a column: at least one space before the longest number. */
  private static int width(String[][] numbers) {
    int longest =
        Arrays.stream(numbers).flatMap(Arrays::stream).mapToInt(String::length).max().orElse(0);
    return Math.max(CELL, longest + 1);
  }

  /** With one digit less where the sign would leave no space before it. */
  private static String marked(double value, Mark mark) {
    String number = Numbers.brief(value);
    int point = number.indexOf('.');
    boolean tight = number.length() + mark.ascii().length() >= CELL;
    return tight && point > 0 && number.indexOf('e') < 0
        ? Numbers.fixed(value, number.length() - point - 2) + mark.ascii()
        : number + mark.ascii();
  }

  private List<String> cuts(Function<ReportCell, String> cut) {
    return cells.stream().map(cell -> cut.apply(cell.place())).distinct().toList();
  }

  /** {@code layer2.0} is {@code 2.0}; no name takes more than a column. */
  private static String brief(String cut) {
    String name = cut.startsWith("layer") ? cut.substring("layer".length()) : cut;
    return name.length() < CELL ? name : name.substring(name.length() - CELL + 1);
  }

  private static String right(String text, int width) {
    return " ".repeat(Math.max(0, width - text.length())) + text;
  }

  private static String painted(String text, ColorMap colors, double share) {
    int rgb = colors.rgb(share);
    int cube = 16;
    for (int shift = 16, weight = 36; shift >= 0; shift -= 8, weight /= 6) {
      cube += weight * (int) Math.round((rgb >> shift & 0xff) / 51.0);
    }
    String ink = colors.ink(share).equals("#ffffff") ? "231" : "16";
    return "\u001b[48;5;" + cube + ";38;5;" + ink + "m" + text + "\u001b[0m";
  }
}
