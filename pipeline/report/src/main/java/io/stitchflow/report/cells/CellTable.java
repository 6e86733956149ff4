package io.stitchflow.report.cells;

import io.stitchflow.comparison.MeasuredValues;
import io.stitchflow.comparison.Metric;
import io.stitchflow.comparison.Metrics;
import io.stitchflow.content.Digest;
import io.stitchflow.tensors.ArrowColumn;
import io.stitchflow.tensors.ArrowTable;
import io.stitchflow.v1.Comparison;
import io.stitchflow.v1.Measurement;
import io.stitchflow.v1.ReportCell;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.jspecify.annotations.Nullable;

/**
 * All rows of an experiment: one a cell, objective, solver, seed and split, in the order of the
 * plan, train first.
 */
public record CellTable(List<Cell> cells) {
  private static final CSVFormat FORMAT =
      CSVFormat.RFC4180.builder().setRecordSeparator('\n').get();

  public CellTable {
    cells = List.copyOf(cells);
  }

  /** The rows of one comparison; a split that it lacks has none. */
  public static List<Cell> rows(ReportCell place, Comparison comparison, Digest digest) {
    List<Cell> rows = new ArrayList<>();
    if (comparison.hasTrain()) {
      rows.add(row(place, Split.TRAIN, comparison.getTrain(), digest));
    }
    if (comparison.hasValidation()) {
      rows.add(row(place, Split.VALIDATION, comparison.getValidation(), digest));
    }
    if (comparison.hasTest()) {
      rows.add(row(place, Split.TEST, comparison.getTest(), digest));
    }
    return rows;
  }

  private static Cell row(ReportCell place, Split split, Measurement measured, Digest digest) {
    return new Cell(place, split, MeasuredValues.of(measured), digest, Shared.NONE);
  }

  /** The rows whose vanilla stitch was trained for {@code objective}. */
  public CellTable of(String objective) {
    return new CellTable(
        cells.stream().filter(cell -> cell.place().getObjective().equals(objective)).toList());
  }

  /** The metrics that have columns. */
  public List<Metric> metrics() {
    return Metrics.describing(measured());
  }

  /** Those of {@link #metrics} with a value in one of these rows. */
  public List<Metric> measuredMetrics() {
    Set<String> measured = measured();
    return metrics().stream()
        .filter(
            metric ->
                metric.quantities().stream()
                    .anyMatch(quantity -> measured.contains(quantity.name())))
        .toList();
  }

  /** Names of quantities. */
  private Set<String> measured() {
    Set<String> measured = new HashSet<>();
    for (Cell cell : cells) {
      measured.addAll(cell.values().numbers().keySet());
      measured.addAll(cell.values().series().keySet());
    }
    return measured;
  }

  /** Writes {@code cells.csv}: UTF-8, a header, LF ends lines, empty where not measured. */
  public void write(Path csv) throws IOException {
    try (Writer writer = Files.newBufferedWriter(csv, StandardCharsets.UTF_8);
        CSVPrinter printer = new CSVPrinter(writer, FORMAT)) {
      List<Column> columns = Column.of(metrics());
      for (Column column : columns) {
        printer.print(column.name());
      }
      printer.println();
      for (Cell cell : cells) {
        for (Column column : columns) {
          printer.print(column.write(cell));
        }
        printer.println();
      }
    }
  }

  /**
   * Writes {@code cells.arrow}: the same columns; texts, int64 (its bits are the seed's), and
   * float64 that is null where not measured.
   */
  public void writeArrow(Path arrow) throws IOException {
    List<ArrowColumn> columns = Column.of(metrics()).stream().map(this::arrow).toList();
    ArrowTable.write(arrow, columns, new TreeMap<>());
  }

  private ArrowColumn arrow(Column column) {
    if (column.kind() == Column.Kind.TEXT) {
      return ArrowColumn.strings(column.name(), cells.stream().map(column::write).toList());
    }
    if (column.kind() == Column.Kind.INTEGER) {
      return ArrowColumn.longs(
          column.name(), cells.stream().map(cell -> (Long) column.of(cell)).toList());
    }
    List<@Nullable Double> numbers = new ArrayList<>();
    cells.forEach(cell -> numbers.add((Double) column.of(cell)));
    return ArrowColumn.doubles(column.name(), numbers);
  }
}
