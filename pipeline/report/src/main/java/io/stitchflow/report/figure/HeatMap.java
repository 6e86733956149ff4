package io.stitchflow.report.figure;

import io.stitchflow.comparison.Quantity;
import io.stitchflow.report.cells.Estimate;
import io.stitchflow.report.cells.Mark;
import io.stitchflow.report.cells.Numbers;
import io.stitchflow.report.cells.Pair;
import io.stitchflow.report.cells.Region;
import io.stitchflow.report.cells.Sample;
import io.stitchflow.report.cells.Statistic;
import java.util.List;

/**
 * How a matrix is drawn as a heat map that stands alone: rows = sender cuts with the stem on top,
 * columns = receiver cuts, a value in each cell, cells of equal depth outlined, a colour bar. Its
 * background is white whatever is around it; it has no scripts, style sheets, ids or fonts.
 *
 * @param title what is drawn
 * @param subtitle of which pair, condition and split
 * @param chance the accuracy of the most frequent class
 */
record HeatMap(String title, String subtitle, Pair pair, Quantity quantity, double chance) {
  private static final double CELL_WIDTH = 50;
  private static final double CELL_HEIGHT = 32;
  private static final double MARGIN = 10;
  private static final double TOP = 54;
  private static final double GAP = 14;
  private static final double BAR_WIDTH = 13;
  private static final double BAR_LABELS = 44;
  private static final double BAR_LEAST_HEIGHT = 128;
  private static final int BAR_STEPS = 64;
  private static final int BAR_TICKS = 4;
  private static final int MARK_LINES = 2;
  private static final double MARK_STEP = 5;

  // Fonts differ between machines: room is made for wide ones
  private static final double LETTER = 6.1;
  private static final double BOLD_LETTER = 6.8;
  private static final double TITLE_LETTER = 8.6;

  private static final String SHEET =
      "font-family=\"Helvetica, Arial, 'Liberation Sans', sans-serif\" font-size=\"11\""
          + " fill=\"#222222\"";
  private static final String FAINT = "fill=\"#555555\"";
  private static final String MIDDLE = "text-anchor=\"middle\"";
  private static final String END = "text-anchor=\"end\"";

  /** Where things are, in pixels. */
  private record Frame(
      double left,
      double right,
      double bottom,
      double barHeight,
      double columnTitle,
      double width,
      double height) {}

  String draw(Matrix matrix) {
    Frame frame = frame(matrix);
    double top = matrix.top();
    Svg svg = Svg.start(frame.width(), frame.height(), SHEET);
    svg.title(title + ": " + subtitle);
    svg.rectangle(0, 0, frame.width(), frame.height(), "fill=\"#ffffff\"");
    svg.text(MARGIN, 23, "font-size=\"15\" font-weight=\"bold\"", title);
    svg.text(MARGIN, 40, FAINT, subtitle);
    drawCells(svg, matrix, frame, top);
    drawDiagonal(svg, matrix, frame);
    drawAxes(svg, matrix, frame);
    drawColorBar(svg, frame, top);
    return svg.end();
  }

  private Frame frame(Matrix matrix) {
    double left = MARGIN + 18 + longest(matrix.senderCuts()) * LETTER + 8;
    double right = left + matrix.columns() * CELL_WIDTH;
    double bottom = TOP + matrix.rows() * CELL_HEIGHT;
    double barHeight = Math.max(bottom - TOP, BAR_LEAST_HEIGHT);
    double labels = longest(matrix.receiverCuts()) * LETTER * 0.71 + 18;
    double columnTitle = columnTitle().length() * BOLD_LETTER;
    double rowTitle = rowTitle().length() * BOLD_LETTER;
    double width = right + GAP + BAR_WIDTH + BAR_LABELS;
    width = Math.max(width, MARGIN + title.length() * TITLE_LETTER);
    width = Math.max(width, MARGIN + subtitle.length() * LETTER);
    width = Math.max(width, Math.max((left + right + columnTitle) / 2, columnTitle + MARGIN));
    // The bar may be longer than the map, and the title wider
    double columnTitleAt = Math.max(bottom + labels, TOP + barHeight) + 14;
    double height = Math.max(columnTitleAt + 6, TOP + rowTitle) + MARGIN;
    return new Frame(
        left,
        right,
        bottom,
        barHeight,
        columnTitleAt,
        Math.ceil(width + MARGIN),
        Math.ceil(height));
  }

  private void drawCells(Svg svg, Matrix matrix, Frame frame, double top) {
    svg.open(MIDDLE + " stroke-width=\"0.5\"");
    for (int i = 0; i < matrix.rows(); i++) {
      for (int j = 0; j < matrix.columns(); j++) {
        double x = frame.left() + j * CELL_WIDTH;
        double y = TOP + i * CELL_HEIGHT;
        double value = matrix.value(i, j);
        boolean known = Double.isFinite(value);
        String fill = known ? colors().color(value / top) : "#e6e6e6";
        svg.open("").title(tip(matrix, i, j));
        svg.rectangle(x, y, CELL_WIDTH, CELL_HEIGHT, "stroke=\"#ffffff\" fill=\"" + fill + "\"");
        if (matrix.at(i, j).size() > 0) {
          String ink = known ? colors().ink(value / top) : "#000000";
          double middle = y + CELL_HEIGHT / 2 + 4;
          String paint = "fill=\"" + ink + "\"";
          String sign = matrix.isMarked(i, j) ? Mark.of(quantity).sign() : "";
          svg.text(x + CELL_WIDTH / 2, middle, paint, minus(Numbers.brief(value)) + sign);
          if (matrix.isMarked(i, j)) {
            drawMark(svg, x, y, ink);
          }
        } else {
          drawHatch(svg, x, y);
        }
        svg.close();
      }
    }
    svg.close();
  }

  private static void drawHatch(Svg svg, double x, double y) {
    double side = CELL_HEIGHT - 6;
    for (int k = 0; k < 3; k++) {
      double from = x + 3 + k * (CELL_WIDTH - CELL_HEIGHT) / 2;
      svg.line(from, y + 3 + side, from + side, y + 3, "stroke=\"#b8b8b8\" stroke-width=\"1\"");
    }
  }

  /** Lines across two corners, so that a marked number is not taken for a plain one. */
  private static void drawMark(Svg svg, double x, double y, String ink) {
    String paint = "stroke=\"" + ink + "\" stroke-width=\"1\" stroke-opacity=\"0.7\"";
    double right = x + CELL_WIDTH;
    double bottom = y + CELL_HEIGHT;
    for (int k = 1; k <= MARK_LINES; k++) {
      double side = k * MARK_STEP;
      svg.line(x, y + side, x + side, y, paint);
      svg.line(right - side, bottom, right, bottom - side, paint);
    }
  }

  /** Outlines the cells that the means by region call the diagonal. */
  private void drawDiagonal(Svg svg, Matrix matrix, Frame frame) {
    svg.open("fill=\"none\" stroke-width=\"1.5\"");
    double top = matrix.top();
    for (int i = 0; i < matrix.rows(); i++) {
      for (int j = 0; j < matrix.columns(); j++) {
        double value = matrix.value(i, j);
        if (Double.isFinite(value)
            && pair.region(matrix.senderCuts().get(i), matrix.receiverCuts().get(j))
                == Region.DIAGONAL) {
          svg.rectangle(
              frame.left() + j * CELL_WIDTH + 2.5,
              TOP + i * CELL_HEIGHT + 2.5,
              CELL_WIDTH - 5,
              CELL_HEIGHT - 5,
              "stroke=\"" + colors().ink(value / top) + "\"");
        }
      }
    }
    svg.close();
  }

  private void drawAxes(Svg svg, Matrix matrix, Frame frame) {
    svg.open(END);
    for (int i = 0; i < matrix.rows(); i++) {
      double y = TOP + (i + 0.5) * CELL_HEIGHT + 4;
      svg.text(frame.left() - 7, y, "", matrix.senderCuts().get(i));
    }
    for (int j = 0; j < matrix.columns(); j++) {
      double x = frame.left() + (j + 0.5) * CELL_WIDTH + 4;
      svg.turned(x, frame.bottom() + 12, 45, "", matrix.receiverCuts().get(j));
    }
    svg.close();
    double along = columnTitle().length() * BOLD_LETTER;
    double x = Math.max((frame.left() + frame.right()) / 2, along / 2 + MARGIN);
    String paint = MIDDLE + " font-weight=\"bold\"";
    svg.text(x, frame.columnTitle(), paint, columnTitle());
    double down = TOP + Math.max(frame.bottom() - TOP, rowTitle().length() * BOLD_LETTER) / 2;
    svg.turned(MARGIN + 10, down, 90, paint, rowTitle());
  }

  private void drawColorBar(Svg svg, Frame frame, double top) {
    double x = frame.right() + GAP;
    double step = frame.barHeight() / BAR_STEPS;
    svg.open("shape-rendering=\"crispEdges\"");
    for (int k = 0; k < BAR_STEPS; k++) {
      double share = 1 - (k + 0.5) / BAR_STEPS;
      // Each strip reaches under the next: no seams
      double height = Math.min(step + 1, frame.barHeight() - k * step);
      svg.rectangle(x, TOP + k * step, BAR_WIDTH, height, "fill=\"" + colors().color(share) + "\"");
    }
    svg.close();
    for (int k = 0; k <= BAR_TICKS; k++) {
      tick(svg, frame, (double) k / BAR_TICKS, minus(tickLabel(k, top)));
    }
    if (quantity.display().besideChance() && Double.isFinite(chance)) {
      tick(svg, frame, chance, "chance");
    }
  }

  private static void tick(Svg svg, Frame frame, double share, String label) {
    double x = frame.right() + GAP + BAR_WIDTH;
    double y = TOP + (1 - share) * frame.barHeight();
    svg.line(x, y, x + 4, y, "stroke=\"#222222\"");
    svg.text(x + 7, y + 4, "", label);
  }

  private String tickLabel(int tick, double top) {
    double share = (double) tick / BAR_TICKS;
    String least = quantity.range().from() < 0 ? "≤ 0" : "0";
    if (quantity.range().to() != 1) {
      return tick == 0 ? least : Numbers.brief(share * top);
    }
    return tick == 0 ? least : tick == BAR_TICKS ? "1" : Numbers.fixed(share, 2);
  }

  private String tip(Matrix matrix, int i, int j) {
    Sample sample = matrix.at(i, j);
    String place = matrix.senderCuts().get(i) + " → " + matrix.receiverCuts().get(j) + ": ";
    if (sample.size() == 0) {
      return place + "not measured";
    }
    String value = place + Numbers.exact(matrix.value(i, j)) + seeds(sample);
    return matrix.isMarked(i, j) ? value + "; " + Mark.of(quantity).text() : value;
  }

  private String seeds(Sample sample) {
    if (sample.size() == 1) {
      return "";
    }
    Estimate mean = Statistic.mean(sample);
    boolean interval =
        Statistic.of(quantity) == Statistic.MEAN && mean.bounds() == Estimate.Bounds.INTERVAL;
    double from = interval ? mean.from() : sample.quantile(0);
    double to = interval ? mean.to() : sample.quantile(1);
    return (interval ? ", 95 % interval " : ", range ")
        + Numbers.brief(from)
        + " to "
        + Numbers.brief(to)
        + " over "
        + sample.size()
        + " seeds";
  }

  private ColorMap colors() {
    return ColorMap.of(quantity);
  }

  private String rowTitle() {
    return "sender " + pair.sender().getName() + ": cut";
  }

  private String columnTitle() {
    return "receiver " + pair.receiver().getName() + ": cut replaced";
  }

  private static int longest(List<String> texts) {
    return texts.stream().mapToInt(String::length).max().orElse(0);
  }

  private static String minus(String number) {
    return number.replace('-', '−');
  }
}
