package io.stitchflow.report.figure;

import io.stitchflow.report.cells.Pair;
import io.stitchflow.report.cells.Region;
import java.util.List;

/**
 * How the cells of a pair are drawn as a picture that stands alone: rows = sender cuts with the
 * stem on top, columns = receiver cuts, cells of equal depth outlined, a legend beside it. Its
 * background is white whatever is around it; it has no scripts, style sheets, ids or fonts.
 *
 * @param title what is drawn
 * @param subtitle of which pair, condition and split
 */
record CellMap(
    String title, String subtitle, Pair pair, List<String> senderCuts, List<String> receiverCuts) {
  static final String UNKNOWN = "#e6e6e6";
  static final String BLACK = "#000000";

  private static final double CELL_WIDTH = 50;
  private static final double CELL_HEIGHT = 32;
  private static final double MARGIN = 10;
  private static final double TOP = 54;
  private static final double GAP = 14;
  private static final int MARK_LINES = 2;
  private static final double MARK_STEP = 5;

  // Fonts differ between machines: room is made for wide ones
  static final double LETTER = 6.1;
  private static final double BOLD_LETTER = 6.8;
  private static final double TITLE_LETTER = 8.6;

  private static final String SHEET =
      "font-family=\"Helvetica, Arial, 'Liberation Sans', sans-serif\" font-size=\"11\""
          + " fill=\"#222222\"";
  private static final String FAINT = "fill=\"#555555\"";
  private static final String MIDDLE = "text-anchor=\"middle\"";
  private static final String END = "text-anchor=\"end\"";

  /**
   * One cell.
   *
   * @param fill its colour
   * @param ink black or white
   * @param text empty where nothing was measured
   * @param tip its tool tip
   * @param hatched whether its number answers nothing, or is missing
   * @param marked whether a warning stands at its number
   */
  record Drawn(String fill, String ink, String text, String tip, boolean hatched, boolean marked) {}

  /** What stands at a place. */
  interface Cells {
    Drawn at(int row, int column);
  }

  /** What colours mean; it stands to the right of the cells. */
  interface Legend {
    double width();

    /** The least height that it needs, in pixels. */
    double height();

    /** Draws it from its upper left corner, over at least {@link #height} pixels. */
    void draw(Svg svg, double left, double top, double height);
  }

  /** Where things are, in pixels. */
  private record Frame(
      double left,
      double right,
      double bottom,
      double legendHeight,
      double columnTitle,
      double width,
      double height) {}

  String draw(Cells cells, Legend legend) {
    Frame frame = frame(legend);
    Svg svg = Svg.start(frame.width(), frame.height(), SHEET);
    svg.title(title + ": " + subtitle);
    svg.rectangle(0, 0, frame.width(), frame.height(), "fill=\"#ffffff\"");
    svg.text(MARGIN, 23, "font-size=\"15\" font-weight=\"bold\"", title);
    svg.text(MARGIN, 40, FAINT, subtitle);
    drawCells(svg, cells, frame);
    drawDiagonal(svg, cells, frame);
    drawAxes(svg, frame);
    legend.draw(svg, frame.right() + GAP, TOP, frame.legendHeight());
    return svg.end();
  }

  private Frame frame(Legend legend) {
    double left = MARGIN + 18 + longest(senderCuts) * LETTER + 8;
    double right = left + receiverCuts.size() * CELL_WIDTH;
    double bottom = TOP + senderCuts.size() * CELL_HEIGHT;
    double legendHeight = Math.max(bottom - TOP, legend.height());
    double labels = longest(receiverCuts) * LETTER * 0.71 + 18;
    double columnTitle = columnTitle().length() * BOLD_LETTER;
    double rowTitle = rowTitle().length() * BOLD_LETTER;
    double width = right + GAP + legend.width();
    width = Math.max(width, MARGIN + title.length() * TITLE_LETTER);
    width = Math.max(width, MARGIN + subtitle.length() * LETTER);
    width = Math.max(width, Math.max((left + right + columnTitle) / 2, columnTitle + MARGIN));
    // The legend may be longer than the map, and the title wider
    double columnTitleAt = Math.max(bottom + labels, TOP + legendHeight) + 14;
    double height = Math.max(columnTitleAt + 6, TOP + rowTitle) + MARGIN;
    return new Frame(
        left,
        right,
        bottom,
        legendHeight,
        columnTitleAt,
        Math.ceil(width + MARGIN),
        Math.ceil(height));
  }

  private void drawCells(Svg svg, Cells cells, Frame frame) {
    svg.open(MIDDLE + " stroke-width=\"0.5\"");
    for (int i = 0; i < senderCuts.size(); i++) {
      for (int j = 0; j < receiverCuts.size(); j++) {
        Drawn cell = cells.at(i, j);
        double x = frame.left() + j * CELL_WIDTH;
        double y = TOP + i * CELL_HEIGHT;
        svg.open("").title(cell.tip());
        String paint = "stroke=\"#ffffff\" fill=\"" + cell.fill() + "\"";
        svg.rectangle(x, y, CELL_WIDTH, CELL_HEIGHT, paint);
        if (cell.hatched()) {
          drawHatch(svg, x, y);
        }
        if (!cell.text().isEmpty()) {
          double middle = y + CELL_HEIGHT / 2 + 4;
          svg.text(x + CELL_WIDTH / 2, middle, "fill=\"" + cell.ink() + "\"", cell.text());
        }
        if (cell.marked()) {
          drawMark(svg, x, y, cell.ink());
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
  private void drawDiagonal(Svg svg, Cells cells, Frame frame) {
    svg.open("fill=\"none\" stroke-width=\"1.5\"");
    for (int i = 0; i < senderCuts.size(); i++) {
      for (int j = 0; j < receiverCuts.size(); j++) {
        Drawn cell = cells.at(i, j);
        if (!cell.text().isEmpty()
            && pair.region(senderCuts.get(i), receiverCuts.get(j)) == Region.DIAGONAL) {
          svg.rectangle(
              frame.left() + j * CELL_WIDTH + 2.5,
              TOP + i * CELL_HEIGHT + 2.5,
              CELL_WIDTH - 5,
              CELL_HEIGHT - 5,
              "stroke=\"" + cell.ink() + "\"");
        }
      }
    }
    svg.close();
  }

  private void drawAxes(Svg svg, Frame frame) {
    svg.open(END);
    for (int i = 0; i < senderCuts.size(); i++) {
      svg.text(frame.left() - 7, TOP + (i + 0.5) * CELL_HEIGHT + 4, "", senderCuts.get(i));
    }
    for (int j = 0; j < receiverCuts.size(); j++) {
      double x = frame.left() + (j + 0.5) * CELL_WIDTH + 4;
      svg.turned(x, frame.bottom() + 12, 45, "", receiverCuts.get(j));
    }
    svg.close();
    double along = columnTitle().length() * BOLD_LETTER;
    double x = Math.max((frame.left() + frame.right()) / 2, along / 2 + MARGIN);
    String paint = MIDDLE + " font-weight=\"bold\"";
    svg.text(x, frame.columnTitle(), paint, columnTitle());
    double down = TOP + Math.max(frame.bottom() - TOP, rowTitle().length() * BOLD_LETTER) / 2;
    svg.turned(MARGIN + 10, down, 90, paint, rowTitle());
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
}
