package io.stitchflow.report;

import io.stitchflow.comparison.Metrics;
import io.stitchflow.comparison.Quantity;
import io.stitchflow.report.cells.Estimate;
import io.stitchflow.report.cells.Numbers;
import io.stitchflow.report.cells.Statistic;
import io.stitchflow.report.cells.Words;
import io.stitchflow.report.figure.Svg;
import java.util.ArrayList;
import java.util.List;

/**
 * The answer as dots on one scale from 0 to 1, a row a region: accuracies on the left, R² on the
 * right. Whiskers are 95 % intervals; one that goes on beyond the scale ends in an arrow. A number
 * below 0 is drawn at 0 as an open dot.
 */
final class AnswerPlot {
  private static final double ROW = 20;
  private static final double TOP = 66;
  private static final double PANEL = 300;
  private static final double GAP = 34;
  private static final double MARGIN = 12;
  private static final double LETTER = 6.1;
  private static final double RADIUS = 4.5;
  private static final double ARROW = 4;
  private static final String SHEET =
      "font-family=\"Helvetica, Arial, 'Liberation Sans', sans-serif\" font-size=\"11\""
          + " fill=\"#222222\"";

  private record Series(Quantity number, String color) {
    Series(String quantity, String color) {
      this(Metrics.quantity(quantity), color);
    }
  }

  private static final List<Series> ACCURACIES =
      List.of(
          new Series("receiver_accuracy", "#9aa0a6"),
          new Series("random_accuracy", "#c9a227"),
          new Series("copy_accuracy", "#2a788e"),
          new Series("vanilla_accuracy", "#b73779"));

  private static final List<Series> FITS =
      List.of(
          new Series("r2_ceiling", "#9aa0a6"),
          new Series("r2_copy", "#2a788e"),
          new Series("r2_vanilla", "#b73779"));

  private AnswerPlot() {}

  /** Empty where the answer has no rows. */
  static String draw(Answer answer) {
    if (answer.rows().isEmpty()) {
      return "";
    }
    List<String> labels = labels(answer);
    double left = MARGIN + labels.stream().mapToInt(String::length).max().orElse(0) * LETTER + 10;
    double width = left + 2 * PANEL + GAP + MARGIN + 10;
    double bottom = TOP + labels.size() * ROW;
    Svg svg = Svg.start(Math.ceil(width), Math.ceil(bottom + 28), SHEET);
    svg.title("Mean accuracy and median R² of vanilla and copy stitches by region");
    svg.rectangle(0, 0, Math.ceil(width), Math.ceil(bottom + 28), "fill=\"#ffffff\"");
    for (int i = 0; i < labels.size(); i++) {
      double y = TOP + (i + 0.5) * ROW;
      if (i % 2 == 0) {
        svg.rectangle(0, y - ROW / 2, Math.ceil(width), ROW, "fill=\"#f5f6f8\"");
      }
      svg.text(left - 10, y + 4, "text-anchor=\"end\"", labels.get(i));
    }
    panel(svg, answer, "accuracy, mean", left, ACCURACIES);
    panel(svg, answer, "R², median", left + PANEL + GAP, FITS);
    return svg.end();
  }

  private static List<String> labels(Answer answer) {
    List<String> labels = new ArrayList<>();
    for (Answer.Row row : answer.rows()) {
      labels.add(
          String.join(", ", row.kind().brief(), Words.of(row.condition()), row.place().text()));
    }
    return labels;
  }

  private static void panel(
      Svg svg, Answer answer, String title, double x, List<Series> allSeries) {
    double bottom = TOP + answer.rows().size() * ROW;
    svg.text(x, 20, "font-size=\"15\" font-weight=\"bold\"", title);
    for (int k = 0; k <= 4; k++) {
      double at = x + PANEL * k / 4;
      svg.line(at, TOP, at, bottom, "stroke=\"#d9dde2\"");
      svg.text(at, bottom + 16, "text-anchor=\"middle\"", Numbers.fixed(k / 4., 2));
    }
    double legend = x;
    for (Series series : allSeries) {
      if (answer.rows().stream().noneMatch(row -> row.of(series.number()).measured())) {
        continue;
      }
      String name = series.number().title().replace(" accuracy", "").replace("R² ", "");
      name = name.equals("random") ? "random stitch" : name;
      dot(svg, legend + RADIUS, 44, "fill=\"" + series.color() + "\"");
      svg.text(legend + 13, 48, "", name);
      legend += 13 + name.length() * LETTER + 16;
      for (int i = 0; i < answer.rows().size(); i++) {
        draw(svg, answer.rows().get(i).of(series.number()), x, TOP + (i + 0.5) * ROW, series);
      }
    }
  }

  private static void draw(Svg svg, Estimate estimate, double x, double y, Series series) {
    double value = estimate.value();
    if (!Double.isFinite(value)) {
      return;
    }
    String stroke = "stroke=\"" + series.color() + "\" stroke-width=\"1.6\"";
    if (clip(estimate.from()) < clip(estimate.to())) {
      svg.line(x + PANEL * clip(estimate.from()), y, x + PANEL * clip(estimate.to()), y, stroke);
      if (estimate.from() < 0) {
        svg.line(x, y, x + ARROW, y - ARROW, stroke).line(x, y, x + ARROW, y + ARROW, stroke);
      }
    }
    svg.open("").title(Statistic.heading(series.number()) + ": " + estimate.text());
    boolean inside = value >= 0 && value <= 1;
    dot(
        svg,
        x + PANEL * clip(value),
        y,
        inside ? "fill=\"" + series.color() + "\"" : "fill=\"#ffffff\" " + stroke);
    svg.close();
  }

  private static void dot(Svg svg, double x, double y, String paint) {
    svg.circle(x, y, RADIUS, paint);
  }

  private static double clip(double value) {
    return Math.max(0, Math.min(1, value));
  }
}
