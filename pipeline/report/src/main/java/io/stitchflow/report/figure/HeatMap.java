package io.stitchflow.report.figure;

import io.stitchflow.comparison.Quantity;
import io.stitchflow.report.cells.Estimate;
import io.stitchflow.report.cells.Mark;
import io.stitchflow.report.cells.Numbers;
import io.stitchflow.report.cells.Pair;
import io.stitchflow.report.cells.Sample;
import io.stitchflow.report.cells.Statistic;

/**
 * How a matrix is drawn as a heat map: a number in each cell and a colour bar.
 *
 * @param title what is drawn
 * @param subtitle of which pair, condition and split
 * @param chance the accuracy of the most frequent class
 */
record HeatMap(String title, String subtitle, Pair pair, Quantity quantity, double chance) {
  private static final double BAR_WIDTH = 13;
  private static final double BAR_LABELS = 44;
  private static final double BAR_LEAST_HEIGHT = 128;
  private static final int BAR_STEPS = 64;
  private static final int BAR_TICKS = 4;

  String draw(Matrix matrix) {
    CellMap map = new CellMap(title, subtitle, pair, matrix.senderCuts(), matrix.receiverCuts());
    return map.draw((i, j) -> cell(matrix, i, j), new ColorBar(matrix.top()));
  }

  private CellMap.Drawn cell(Matrix matrix, int i, int j) {
    String tip = tip(matrix, i, j);
    if (matrix.at(i, j).size() == 0) {
      return new CellMap.Drawn(CellMap.UNKNOWN, CellMap.BLACK, "", tip, true, false);
    }
    double value = matrix.value(i, j);
    boolean marked = matrix.isMarked(i, j);
    String text = minus(Numbers.brief(value)) + (marked ? Mark.of(quantity).sign() : "");
    if (!Double.isFinite(value) || matrix.isOpen(i, j)) {
      return new CellMap.Drawn(
          CellMap.UNKNOWN, CellMap.BLACK, text, tip, matrix.isOpen(i, j), marked);
    }
    double share = value / matrix.top();
    return new CellMap.Drawn(colors().color(share), colors().ink(share), text, tip, false, marked);
  }

  private String tip(Matrix matrix, int i, int j) {
    Sample sample = matrix.at(i, j);
    String place = matrix.senderCuts().get(i) + " → " + matrix.receiverCuts().get(j) + ": ";
    if (sample.size() == 0) {
      return place + "not measured";
    }
    return place
        + Numbers.exact(matrix.value(i, j))
        + seeds(sample)
        + (matrix.isMarked(i, j) ? "; " + Mark.of(quantity).text() : "")
        + (matrix.isOpen(i, j) ? "; " + Matrix.OPEN : "");
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

  private static String minus(String number) {
    return number.replace('-', '−');
  }

  /** Colours from 0 to {@code end}, with ticks. */
  private final class ColorBar implements CellMap.Legend {
    private final double end;

    ColorBar(double end) {
      this.end = end;
    }

    @Override
    public double width() {
      return BAR_WIDTH + BAR_LABELS;
    }

    @Override
    public double height() {
      return BAR_LEAST_HEIGHT;
    }

    @Override
    public void draw(Svg svg, double left, double top, double height) {
      double step = height / BAR_STEPS;
      svg.open("shape-rendering=\"crispEdges\"");
      for (int k = 0; k < BAR_STEPS; k++) {
        String paint = "fill=\"" + colors().color(1 - (k + 0.5) / BAR_STEPS) + "\"";
        // Each strip reaches under the next: no seams
        svg.rectangle(
            left, top + k * step, BAR_WIDTH, Math.min(step + 1, height - k * step), paint);
      }
      svg.close();
      for (int k = 0; k <= BAR_TICKS; k++) {
        double share = (double) k / BAR_TICKS;
        tick(svg, left + BAR_WIDTH, top + (1 - share) * height, minus(label(k, share)));
      }
      if (quantity.display().besideChance() && Double.isFinite(chance)) {
        tick(svg, left + BAR_WIDTH, top + (1 - chance) * height, "chance");
      }
    }

    private static void tick(Svg svg, double x, double y, String label) {
      svg.line(x, y, x + 4, y, "stroke=\"#222222\"");
      svg.text(x + 7, y + 4, "", label);
    }

    private String label(int tick, double share) {
      String least = quantity.range().from() < 0 ? "≤ 0" : "0";
      if (quantity.range().to() != 1) {
        return tick == 0 ? least : Numbers.brief(share * end);
      }
      return tick == 0 ? least : tick == BAR_TICKS ? "1" : Numbers.fixed(share, 2);
    }
  }
}
