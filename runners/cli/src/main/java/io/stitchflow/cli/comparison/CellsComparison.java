package io.stitchflow.cli.comparison;

import io.stitchflow.cli.input.InputException;
import io.stitchflow.report.cells.Split;
import io.stitchflow.spec.Suggestion;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The cells of two reports on one split, joined by {@link CellIdentity}.
 *
 * @param cellsA number of cells of A
 * @param cellsB number of cells of B
 * @param onlyA cells that B lacks, in the order of A
 * @param onlyB cells that A lacks, in the order of B
 * @param metrics at least one
 */
record CellsComparison(
    CellsFile a,
    CellsFile b,
    Split split,
    int cellsA,
    int cellsB,
    List<CellIdentity> onlyA,
    List<CellIdentity> onlyB,
    List<MetricComparison> metrics) {
  /** Those that most experiments measure. */
  private static final List<String> DEFAULTS =
      List.of("vanilla_accuracy", "copy_accuracy", "r2_vanilla", "r2_copy", "gap");

  private static final int MOST_VALUES = 5;

  CellsComparison {
    onlyA = List.copyOf(onlyA);
    onlyB = List.copyOf(onlyB);
    metrics = List.copyOf(metrics);
  }

  /**
   * Reads and compares two reports.
   *
   * @param named metrics to compare; empty for the default metrics that are measured
   * @throws InputException if a metric is not in both files, or the files have no common cell
   */
  static CellsComparison of(CellsFile a, CellsFile b, Split split, List<String> named)
      throws InputException {
    List<String> choices = a.metrics().stream().filter(b.metrics()::contains).toList();
    List<String> names =
        named.isEmpty() ? DEFAULTS.stream().filter(choices::contains).toList() : named;
    for (String name : names) {
      if (!choices.contains(name)) {
        throw new InputException(unknown(name, choices, a, b));
      }
    }
    if (names.isEmpty()) {
      throw new InputException(
          a.name()
              + " and "
              + b.name()
              + ": none of the columns "
              + String.join(", ", DEFAULTS)
              + " is in both; name other columns with --metric");
    }
    Map<CellIdentity, List<String>> left = rows(a, split, names);
    Map<CellIdentity, List<String>> right = rows(b, split, names);
    List<CellIdentity> onlyA = without(left, right);
    if (onlyA.size() == left.size()) {
      throw new InputException(disjoint(a, left.keySet(), b, right.keySet()));
    }
    List<MetricComparison> metrics = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      MetricComparison metric = MetricComparison.of(names.get(i), i, left, right);
      if (!named.isEmpty() || metric.isMeasured()) {
        metrics.add(metric);
      }
    }
    if (metrics.isEmpty()) {
      throw new InputException(
          a.name()
              + " and "
              + b.name()
              + ": have no values of "
              + String.join(", ", names)
              + " on split "
              + split.text()
              + "; name other columns with --metric");
    }
    return new CellsComparison(
        a, b, split, left.size(), right.size(), onlyA, without(right, left), metrics);
  }

  private static String unknown(String name, List<String> choices, CellsFile a, CellsFile b) {
    String start = "--metric: ";
    boolean inA = a.metrics().contains(name);
    if (inA || b.metrics().contains(name)) {
      start +=
          "'"
              + name
              + "' is a column of "
              + (inA ? a : b).name()
              + ", but not of "
              + (inA ? b : a).name();
    } else if (a.columns().contains(name)) {
      start += "'" + name + "' is not a column of numbers";
    } else {
      start += "there is no column '" + name + "'";
    }
    return start
        + "; "
        + (choices.isEmpty() ? "give other reports" : Suggestion.advice(name, choices));
  }

  private static Map<CellIdentity, List<String>> rows(
      CellsFile file, Split split, List<String> names) throws InputException {
    CellsFile.Rows rows = file.rows(split, names);
    if (rows.cells().isEmpty()) {
      throw new InputException(
          file.name()
              + ": has no cells on split "
              + split.text()
              + (rows.splits().isEmpty()
                  ? ", because it has only a header; run the experiment again"
                  : "; choose with --split: " + String.join(", ", rows.splits())));
    }
    return rows.cells();
  }

  private static List<CellIdentity> without(
      Map<CellIdentity, ?> cells, Map<CellIdentity, ?> other) {
    return cells.keySet().stream().filter(cell -> !other.containsKey(cell)).toList();
  }

  /** What each has of the columns that differ, or of all columns if only their combinations do. */
  private static String disjoint(
      CellsFile a, Set<CellIdentity> left, CellsFile b, Set<CellIdentity> right) {
    List<String> differing =
        CellIdentity.COLUMNS.stream()
            .filter(column -> !values(left, column).equals(values(right, column)))
            .toList();
    List<String> columns = differing.isEmpty() ? CellIdentity.COLUMNS : differing;
    return "the reports have no common cell; compare reports of the same networks and cuts\n"
        + a.name()
        + " has "
        + described(left, columns)
        + "\n"
        + b.name()
        + " has "
        + described(right, columns);
  }

  private static String described(Set<CellIdentity> cells, List<String> columns) {
    List<String> described = new ArrayList<>();
    for (String column : columns) {
      List<String> values = new ArrayList<>(values(cells, column));
      int more = values.size() - MOST_VALUES;
      described.add(
          column
              + " "
              + String.join(", ", values.subList(0, Math.min(MOST_VALUES, values.size())))
              + (more > 0 ? " and " + more + " more" : ""));
    }
    return String.join("; ", described);
  }

  private static Set<String> values(Set<CellIdentity> cells, String column) {
    Set<String> values = new LinkedHashSet<>();
    cells.forEach(cell -> values.add(cell.value(column)));
    return values;
  }

  int common() {
    return cellsA - onlyA.size();
  }

  /** Of the first metric; null if it has no value in both reports. */
  @Nullable PairDifferences matrix() {
    return PairDifferences.of(metrics.get(0));
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("a", side(a, cellsA));
    json.put("b", side(b, cellsB));
    json.put("split", split.text());
    json.put("common", common());
    json.put("only_in_a", onlyA.stream().map(CellIdentity::json).toList());
    json.put("only_in_b", onlyB.stream().map(CellIdentity::json).toList());
    json.put("metric", metrics.stream().map(MetricComparison::json).toList());
    @Nullable PairDifferences matrix = matrix();
    if (matrix != null) {
      json.put("matrix", matrix.json());
    }
    return json;
  }

  private static Map<String, Object> side(CellsFile file, int cells) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("report", file.name());
    json.put("file", file.file().toString());
    json.put("cells", cells);
    return json;
  }
}
