package io.stitchflow.cli.comparison;

import io.stitchflow.cli.text.Columns;
import io.stitchflow.report.cells.Numbers;
import io.stitchflow.report.cells.Words;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A comparison for a terminal. */
record ComparisonText(CellsComparison comparison) {
  private static final int MOST_NAMED = 3;
  private static final int DIGITS = 6;

  /** Lines that end with LF. */
  String text() {
    StringBuilder text = new StringBuilder(sides());
    text.append("split ").append(comparison.split().text()).append(": ");
    text.append(Words.count(comparison.common(), "cell")).append(" in both, ");
    text.append(comparison.onlyA().size()).append(" only in A, ");
    text.append(comparison.onlyB().size()).append(" only in B\n");
    text.append(named("A", comparison.onlyA())).append(named("B", comparison.onlyB()));
    text.append('\n').append(metrics());
    MetricComparison first = comparison.metrics().get(0);
    @Nullable PairDifferences matrix = comparison.matrix();
    if (matrix != null && !first.different().isEmpty()) {
      text.append('\n').append(matrix.text());
    }
    for (MetricComparison metric : comparison.metrics()) {
      if (!metric.different().isEmpty()) {
        text.append('\n').append(moved(metric));
      }
    }
    if (comparison.metrics().stream().noneMatch(MetricComparison::differs)) {
      text.append("\nall values are equal\n");
    }
    return text.toString();
  }

  private String sides() {
    Columns columns = new Columns("llr");
    columns.add("A", comparison.a().name(), Words.count(comparison.cellsA(), "cell"));
    columns.add("B", comparison.b().name(), Words.count(comparison.cellsB(), "cell"));
    return columns.text("");
  }

  private static String named(String side, List<CellIdentity> cells) {
    StringBuilder text = new StringBuilder();
    for (CellIdentity cell : cells.subList(0, Math.min(MOST_NAMED, cells.size()))) {
      text.append("only in ").append(side).append(": ").append(cell.text()).append('\n');
    }
    if (cells.size() > MOST_NAMED) {
      text.append("only in ").append(side).append(": and ");
      text.append(cells.size() - MOST_NAMED).append(" more\n");
    }
    return text.toString();
  }

  private String metrics() {
    Columns columns = new Columns("lrrrrrlrrrr");
    columns.add(
        "metric",
        "equal",
        "differ",
        "by rounding",
        "only A",
        "only B",
        "",
        "A",
        "B",
        "median B - A",
        "largest");
    for (MetricComparison metric : comparison.metrics()) {
      columns.add(
          metric.metric(),
          Integer.toString(metric.equal()),
          Integer.toString(metric.different().size()),
          Integer.toString(metric.byRounding()),
          Integer.toString(metric.onlyA()),
          Integer.toString(metric.onlyB()),
          metric.statisticName(),
          Numbers.brief(metric.center(CellDifference::a)),
          Numbers.brief(metric.center(CellDifference::b)),
          signed(metric.medianDifference()),
          metric.different().isEmpty() ? "" : signed(metric.different().get(0).difference()));
    }
    return columns.text("");
  }

  private static String moved(MetricComparison metric) {
    List<CellDifference> moved = metric.moved();
    Columns columns = new Columns("rrrl");
    columns.add("B - A", "A", "B", "cell");
    for (CellDifference each : moved) {
      columns.add(
          signed(each.difference()),
          Numbers.significant(each.a(), DIGITS),
          Numbers.significant(each.b(), DIGITS),
          each.cell().text());
    }
    int all = metric.different().size();
    return metric.metric()
        + ": "
        + (moved.size() < all ? moved.size() + " of " : "")
        + Words.count(all, "cell")
        + (all == 1 ? " that differs" : " that differ, the largest difference first")
        + "\n"
        + columns.text("  ");
  }

  private static String signed(double difference) {
    return (difference > 0 ? "+" : "") + Numbers.brief(difference);
  }
}
