package io.stitchflow.report;

import io.stitchflow.comparison.Front;
import io.stitchflow.comparison.MeasuredValues;
import io.stitchflow.report.cells.Cell;
import io.stitchflow.report.cells.JudgedCell;
import io.stitchflow.report.cells.Numbers;
import io.stitchflow.report.cells.Region;
import io.stitchflow.report.cells.Sample;
import io.stitchflow.report.cells.Words;
import io.stitchflow.report.figure.Svg;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The matching front of two trained networks that are not the same: test accuracy, from that of the
 * receiver alone, against R² over that of the copy; a panel a region. A thin line is a cell, from
 * the vanilla stitch over those that are trained for both to the copy; dots are medians over cells.
 */
final class FrontPlot {
  private static final double PANEL = 250;
  private static final double HEIGHT = 220;
  private static final double LEFT = 62;
  private static final double TOP = 74;
  private static final double RADIUS = 4.5;
  private static final double LETTER = 5.6;
  private static final double BOTTOM = 46;
  private static final double GAP = 26;
  private static final double TICK = 0.1;
  private static final double MOST_SHARE = 1.05;
  private static final int MOST_LINES = 300;
  // Weights of a front's ends
  private static final String VANILLA = "0";
  private static final String COPY = "copy";
  private static final List<Region> REGIONS = List.of(Region.LOWER, Region.DIAGONAL, Region.UPPER);
  private static final String SHEET =
      "font-family=\"Helvetica, Arial, 'Liberation Sans', sans-serif\" font-size=\"11\""
          + " fill=\"#222222\"";

  /**
   * One stitch of a cell, the mean over its seeds.
   *
   * @param share R² over that of the copy, at least 0 and at most what is drawn
   * @param accuracy minus the receiver's own
   */
  private record Point(double share, double accuracy) {}

  private final Map<Region, List<Map<String, Point>>> cells = new LinkedHashMap<>();
  private final double lowest;
  private final double highest;

  private FrontPlot(Answer answer) {
    for (Region region : REGIONS) {
      List<Map<String, Point>> points = new ArrayList<>();
      for (JudgedCell cell : answer.trained()) {
        Map<String, Point> front = cell.region() == region ? front(cell) : Map.of();
        if (!front.isEmpty()) {
          points.add(front);
        }
      }
      if (!points.isEmpty()) {
        cells.put(region, points);
      }
    }
    Sample accuracies = new Sample();
    cells.values().stream()
        .flatMap(List::stream)
        .flatMap(front -> front.values().stream())
        .forEach(point -> accuracies.add(point.accuracy()));
    this.lowest = TICK * Math.floor(Math.min(0, accuracies.quantile(0)) / TICK);
    this.highest = TICK * Math.ceil(Math.max(TICK / 2, accuracies.quantile(1)) / TICK);
  }

  /** Empty where no such cell has a front. */
  static String draw(Answer answer) {
    FrontPlot plot = new FrontPlot(answer);
    return plot.cells.isEmpty() ? "" : plot.draw();
  }

  /** By weight, from the vanilla stitch's 0 to the copy; empty where there is nothing to match. */
  private static Map<String, Point> front(JudgedCell cell) {
    Map<String, Sample> shares = new LinkedHashMap<>();
    Map<String, Sample> accuracies = new LinkedHashMap<>();
    for (Cell row : cell.rows()) {
      MeasuredValues values = row.values();
      Double copy = values.number("r2_copy");
      Double receiver = values.number("receiver_accuracy");
      if (copy == null || copy < Front.COPIES || receiver == null) {
        continue;
      }
      values
          .series("front_r2")
          .forEach(
              (weight, r2) ->
                  shares.computeIfAbsent(weight, absent -> new Sample()).add(r2 / copy));
      values
          .series("front_accuracy")
          .forEach(
              (weight, accuracy) ->
                  accuracies
                      .computeIfAbsent(weight, absent -> new Sample())
                      .add(accuracy - receiver));
    }
    Map<String, Point> points = new LinkedHashMap<>();
    shares.forEach(
        (weight, share) -> {
          Sample accuracy = accuracies.getOrDefault(weight, new Sample());
          if (accuracy.size() > 0) {
            double clipped = Math.max(0, Math.min(MOST_SHARE, share.mean()));
            points.put(weight, new Point(clipped, accuracy.mean()));
          }
        });
    return points;
  }

  private String draw() {
    double width = LEFT + cells.size() * (PANEL + GAP);
    double height = TOP + HEIGHT + BOTTOM;
    Svg svg = Svg.start(width, height, SHEET);
    svg.title("Accuracy against R² over that of the copy, along the matching front of each cell");
    svg.rectangle(0, 0, width, height, "fill=\"#ffffff\"");
    svg.text(
        LEFT,
        16,
        "font-size=\"13\" font-weight=\"bold\"",
        "What matching costs: accuracy against the match, by region");
    svg.turned(
        14,
        TOP + HEIGHT / 2,
        90,
        "text-anchor=\"middle\"",
        "test accuracy minus the receiver's own");
    legend(svg);
    double x = LEFT;
    for (Map.Entry<Region, List<Map<String, Point>>> region : cells.entrySet()) {
      panel(svg, x, region.getKey(), region.getValue());
      x += PANEL + GAP;
    }
    return svg.end();
  }

  /** Names of the dots: they may lie too near each other for names beside them. */
  private void legend(Svg svg) {
    List<String> between =
        cells.values().stream()
            .flatMap(List::stream)
            .flatMap(front -> front.keySet().stream())
            .filter(weight -> !weight.equals(VANILLA) && !weight.equals(COPY))
            .distinct()
            .toList();
    Map<String, String> entries = new LinkedHashMap<>();
    entries.put(VANILLA, "vanilla, λ = 0");
    if (!between.isEmpty()) {
      entries.put(between.get(0), "λ = " + String.join(", ", between));
    }
    entries.put(COPY, "copy");
    double x = LEFT;
    for (Map.Entry<String, String> entry : entries.entrySet()) {
      svg.circle(x + RADIUS, 34, RADIUS, "fill=\"" + color(entry.getKey()) + "\"");
      svg.text(x + 13, 38, "", entry.getValue());
      x += 29 + entry.getValue().length() * LETTER;
    }
  }

  private static String color(String weight) {
    return weight.equals(VANILLA) ? "#b73779" : weight.equals(COPY) ? "#2a788e" : "#8c6bb1";
  }

  private void panel(Svg svg, double x, Region region, List<Map<String, Point>> fronts) {
    svg.text(
        x,
        TOP - 10,
        "font-weight=\"bold\"",
        region.text()
            + ", "
            + Words.count(fronts.size(), "cell")
            + (fronts.size() > MOST_LINES ? ", " + MOST_LINES + " of them drawn" : ""));
    svg.text(
        x + PANEL / 2, TOP + HEIGHT + 34, "text-anchor=\"middle\"", "R² over that of the copy");
    for (int k = 0; k <= 4; k++) {
      double at = x + across(k / 4.);
      svg.line(at, TOP, at, TOP + HEIGHT, "stroke=\"#d9dde2\"");
      svg.text(at, TOP + HEIGHT + 16, "text-anchor=\"middle\"", Numbers.fixed(k / 4., 2));
    }
    int ticks = (int) Math.round((highest - lowest) / TICK);
    for (int k = 0; k <= ticks; k++) {
      double value = lowest + k * TICK;
      double at = down(value);
      boolean receiver = Math.abs(value) < TICK / 2;
      svg.line(x, at, x + PANEL, at, receiver ? "stroke=\"#5f6368\"" : "stroke=\"#d9dde2\"");
      if (x == LEFT) {
        svg.text(x - 8, at + 4, "text-anchor=\"end\"", Numbers.fixed(value, 1).replace('-', '−'));
      }
    }
    for (Map<String, Point> front : fronts.subList(0, Math.min(MOST_LINES, fronts.size()))) {
      line(svg, x, List.copyOf(front.values()), "stroke=\"#9aa0a6\" stroke-opacity=\"0.35\"");
    }
    Map<String, Point> medians = medians(fronts);
    line(svg, x, List.copyOf(medians.values()), "stroke=\"#222222\" stroke-width=\"1.8\"");
    medians.forEach((weight, point) -> dot(svg, x, weight, point));
  }

  /** By weight of the first cell, over the cells that have it. */
  private static Map<String, Point> medians(List<Map<String, Point>> fronts) {
    Map<String, Point> medians = new LinkedHashMap<>();
    for (String weight : fronts.get(0).keySet()) {
      Sample shares = new Sample();
      Sample accuracies = new Sample();
      for (Map<String, Point> front : fronts) {
        Point point = front.get(weight);
        if (point != null) {
          shares.add(point.share());
          accuracies.add(point.accuracy());
        }
      }
      medians.put(weight, new Point(shares.median(), accuracies.median()));
    }
    return medians;
  }

  private void line(Svg svg, double x, List<Point> points, String paint) {
    for (int i = 1; i < points.size(); i++) {
      Point from = points.get(i - 1);
      Point to = points.get(i);
      svg.line(
          x + across(from.share()),
          down(from.accuracy()),
          x + across(to.share()),
          down(to.accuracy()),
          paint);
    }
  }

  private void dot(Svg svg, double x, String weight, Point point) {
    String name = weight.equals(VANILLA) ? "vanilla" : weight.equals(COPY) ? COPY : "λ " + weight;
    svg.open("")
        .title(
            String.format(
                Locale.ROOT,
                "%s, medians: R² share %s, accuracy %s from the receiver's",
                name,
                Numbers.brief(point.share()),
                Numbers.brief(point.accuracy())));
    svg.circle(
        x + across(point.share()),
        down(point.accuracy()),
        RADIUS,
        "fill=\"" + color(weight) + "\"");
    svg.close();
  }

  private static double across(double share) {
    return PANEL * share / MOST_SHARE;
  }

  private double down(double accuracy) {
    return TOP + HEIGHT * (highest - accuracy) / (highest - lowest);
  }
}
