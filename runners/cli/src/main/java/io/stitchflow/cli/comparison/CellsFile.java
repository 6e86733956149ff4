package io.stitchflow.cli.comparison;

import io.stitchflow.cli.input.InputException;
import io.stitchflow.comparison.Metrics;
import io.stitchflow.comparison.Quantity;
import io.stitchflow.content.IoReason;
import io.stitchflow.report.cells.CsvRows;
import io.stitchflow.report.cells.Split;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A {@code cells.csv}. Rows are read with the metrics that a comparison needs only, because a large
 * report has hundreds of columns.
 *
 * @param name of the file or run, for messages
 * @param columns its header
 */
record CellsFile(String name, Path file, List<String> columns) {
  private static final String BYTE_ORDER_MARK = "\uFEFF";
  private static final String DIGEST = "comparison_digest";

  /** Characters; files that are not tables may have longer lines than memory. */
  private static final int LONGEST_HEADER = 1 << 20;

  CellsFile {
    columns = List.copyOf(columns);
  }

  /**
   * Rows of one split.
   *
   * @param cells values of the metrics, as the file writes them; empty where not measured
   * @param splits of all rows of the file
   */
  record Rows(Map<CellIdentity, List<String>> cells, Set<String> splits) {}

  /**
   * Reads the header.
   *
   * @throws InputException if the file cannot be read, or has no header of a {@code cells.csv}
   */
  static CellsFile open(String name, Path file) throws InputException {
    if (!Files.isRegularFile(file)) {
      throw new InputException(name + ": is not a file or directory with cells; give a cells.csv");
    }
    List<String> columns;
    try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8);
        CsvRows rows = new CsvRows(new StringReader(header(name, reader)))) {
      @Nullable List<String> header = rows.next();
      columns = header == null ? List.of() : header;
    } catch (IOException e) {
      throw unreadable(name, e);
    }
    List<String> missing =
        CellIdentity.COLUMNS.stream().filter(column -> !columns.contains(column)).toList();
    if (!missing.isEmpty()) {
      throw new InputException(
          name
              + ":1: is not the header of a cells.csv: it lacks "
              + (missing.size() == 1 ? "the column " : "the columns ")
              + String.join(", ", missing)
              + "; give a cells.csv as 'stitchflow run' writes it");
    }
    return new CellsFile(name, file, columns);
  }

  private static String header(String name, BufferedReader reader)
      throws IOException, InputException {
    StringBuilder header = new StringBuilder();
    for (int c = reader.read(); c >= 0 && c != '\n'; c = reader.read()) {
      if (header.length() == LONGEST_HEADER) {
        throw new InputException(
            name
                + ":1: is longer than "
                + LONGEST_HEADER
                + " characters, so it is not the header of a cells.csv; give a cells.csv");
      }
      header.append((char) c);
    }
    boolean marked = header.indexOf(BYTE_ORDER_MARK) == 0;
    return header.substring(marked ? 1 : 0).stripTrailing();
  }

  /** Columns of numbers that describe a cell, in their order. */
  List<String> metrics() {
    return columns.stream()
        .filter(column -> !CellIdentity.COLUMNS.contains(column) && !column.equals(DIGEST))
        .filter(column -> !isSeries(column))
        .toList();
  }

  private static boolean isSeries(String column) {
    @Nullable Quantity quantity = Metrics.findQuantity(column);
    return quantity != null && quantity.form() == Quantity.Form.SERIES;
  }

  /**
   * Reads the rows of a split.
   *
   * @param metrics columns of this file
   * @throws InputException if a row has other columns than the header, repeats a cell, or has a
   *     metric that is not a number, or the file cannot be read
   */
  Rows rows(Split split, List<String> metrics) throws InputException {
    int[] identity = indices(CellIdentity.COLUMNS);
    int[] measured = indices(metrics);
    Map<CellIdentity, List<String>> cells = new LinkedHashMap<>();
    Set<String> splits = new TreeSet<>();
    try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      String unused = header(name, reader);
      try (CsvRows rows = new CsvRows(reader)) {
        int line = 2;
        for (@Nullable List<String> row = rows.next(); row != null; row = rows.next(), line++) {
          String at = name + ":" + line;
          checkSize(at, row);
          CellIdentity cell = new CellIdentity(values(row, identity));
          splits.add(cell.value("split"));
          if (cell.value("split").equals(split.text())) {
            List<String> values = values(row, measured);
            for (int i = 0; i < values.size(); i++) {
              checkNumber(at, metrics.get(i), values.get(i));
            }
            if (cells.put(cell, values) != null) {
              throw new InputException(
                  at
                      + ": repeats the cell "
                      + cell.text()
                      + "; a cells.csv has one row for each cell, so delete one of the two");
            }
          }
        }
      }
    } catch (IOException e) {
      throw unreadable(name, e);
    }
    return new Rows(cells, splits);
  }

  private int[] indices(List<String> names) {
    return names.stream().mapToInt(columns::indexOf).toArray();
  }

  private static List<String> values(List<String> row, int[] indices) {
    List<String> values = new ArrayList<>();
    for (int index : indices) {
      values.add(row.get(index));
    }
    return values;
  }

  private void checkSize(String at, List<String> row) throws InputException {
    if (row.size() != columns.size()) {
      throw new InputException(
          String.format(
              Locale.ROOT,
              "%s: has %d columns, but the header has %d; write the file again with 'stitchflow run'",
              at,
              row.size(),
              columns.size()));
    }
  }

  private static void checkNumber(String at, String metric, String value) throws InputException {
    if (!value.isEmpty()) {
      boolean isNumber;
      try {
        isNumber = !Double.isNaN(Double.parseDouble(value));
      } catch (NumberFormatException e) {
        isNumber = false;
      }
      if (!isNumber) {
        throw new InputException(
            String.format(
                Locale.ROOT,
                "%s: %s: expected a number or an empty value, but was: '%s'; choose a column of numbers with --metric",
                at,
                metric,
                value));
      }
    }
  }

  private static InputException unreadable(String name, IOException e) {
    return new InputException(
        name + ": cannot be read as a cells.csv: " + IoReason.of(e) + "; check the file");
  }
}
