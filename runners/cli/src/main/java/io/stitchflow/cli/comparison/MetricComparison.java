package io.stitchflow.cli.comparison;

import io.stitchflow.comparison.Metrics;
import io.stitchflow.comparison.Quantity;
import io.stitchflow.report.cells.Sample;
import io.stitchflow.report.cells.Statistic;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * One metric over the cells that both reports have.
 *
 * @param both the cells where both reports have a value, in the order of A
 * @param different those of {@code both} whose values differ as texts, the largest difference first
 * @param onlyA cells where only A has a value
 * @param onlyB cells where only B has a value
 */
record MetricComparison(
    String metric,
    List<CellDifference> both,
    List<CellDifference> different,
    int onlyA,
    int onlyB) {
  private static final int MOST_MOVED = 10;

  MetricComparison {
    both = List.copyOf(both);
    different = List.copyOf(different);
  }

  /**
   * Compares the values of one metric.
   *
   * @param index of the metric in the values of each row
   */
  static MetricComparison of(
      String metric,
      int index,
      Map<CellIdentity, List<String>> a,
      Map<CellIdentity, List<String>> b) {
    List<CellDifference> both = new ArrayList<>();
    List<CellDifference> different = new ArrayList<>();
    int onlyA = 0;
    int onlyB = 0;
    for (Map.Entry<CellIdentity, List<String>> row : a.entrySet()) {
      @Nullable List<String> other = b.get(row.getKey());
      if (other == null) {
        continue;
      }
      String left = row.getValue().get(index);
      String right = other.get(index);
      if (!left.isEmpty() && !right.isEmpty()) {
        CellDifference pair =
            new CellDifference(row.getKey(), Double.parseDouble(left), Double.parseDouble(right));
        both.add(pair);
        if (!left.equals(right)) {
          different.add(pair);
        }
      } else if (!left.isEmpty()) {
        onlyA++;
      } else if (!right.isEmpty()) {
        onlyB++;
      }
    }
    different.sort(Comparator.comparingDouble(CellDifference::size).reversed());
    return new MetricComparison(metric, both, different, onlyA, onlyB);
  }

  boolean isMeasured() {
    return !both.isEmpty() || onlyA > 0 || onlyB > 0;
  }

  boolean differs() {
    return !different.isEmpty() || onlyA > 0 || onlyB > 0;
  }

  int equal() {
    return both.size() - different.size();
  }

  int byRounding() {
    return (int) different.stream().filter(CellDifference::isByRounding).count();
  }

  /** The cells with the largest differences, the largest first. */
  List<CellDifference> moved() {
    return different.subList(0, Math.min(MOST_MOVED, different.size()));
  }

  /** The mean for quantities with bounds, else the median. */
  Statistic statistic() {
    @Nullable Quantity quantity = Metrics.findQuantity(metric);
    return quantity != null && Statistic.of(quantity) == Statistic.MEAN
        ? Statistic.MEAN
        : Statistic.MEDIAN;
  }

  /** {@code mean} or {@code median}. */
  String statisticName() {
    return statistic().name().toLowerCase(Locale.ROOT);
  }

  /** The statistic over the cells where both reports have a value; NaN if there are 0. */
  double center(ToDoubleFunction<CellDifference> value) {
    return center(both, value);
  }

  /** The statistic over some cells; NaN if there are 0. */
  double center(List<CellDifference> cells, ToDoubleFunction<CellDifference> value) {
    Sample sample = sample(cells, value);
    return statistic() == Statistic.MEAN ? sample.mean() : sample.median();
  }

  double medianDifference() {
    return sample(both, CellDifference::difference).median();
  }

  private static Sample sample(List<CellDifference> cells, ToDoubleFunction<CellDifference> value) {
    Sample sample = new Sample();
    cells.forEach(cell -> sample.add(value.applyAsDouble(cell)));
    return sample;
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", metric);
    json.put("equal", equal());
    json.put("different", different.size());
    json.put("by_rounding", byRounding());
    json.put("measured_only_in_a", onlyA);
    json.put("measured_only_in_b", onlyB);
    if (!both.isEmpty()) {
      json.put("statistic", statisticName());
      json.put("a", CellDifference.number(center(CellDifference::a)));
      json.put("b", CellDifference.number(center(CellDifference::b)));
      json.put("median_difference", CellDifference.number(medianDifference()));
    }
    if (!different.isEmpty()) {
      json.put("largest", different.get(0).json());
    }
    json.put("moved", moved().stream().map(CellDifference::json).toList());
    return json;
  }
}
