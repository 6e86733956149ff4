package io.stitchflow.report.cells;

import io.stitchflow.content.Digest;
import io.stitchflow.tensors.ArrowColumn;
import io.stitchflow.tensors.ArrowTable;
import io.stitchflow.v1.Comparison;
import io.stitchflow.v1.ReportCell;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVPrinter;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/** All rows of an experiment: one a cell, seed and split, in the order of the plan, train first. */
public record CellTable(List<Cell> cells) {
  private static final CSVFormat FORMAT =
      CSVFormat.RFC4180.builder().setRecordSeparator('\n').get();

  public CellTable {
    cells = List.copyOf(cells);
  }

  /** Both rows of one comparison; a split that it lacks has none. */
  public static List<Cell> rows(ReportCell place, Comparison comparison, Digest digest) {
    List<Cell> rows = new ArrayList<>();
    if (comparison.hasTrain()) {
      rows.add(new Cell(place, Split.TRAIN, comparison.getTrain(), digest, Shared.NONE));
    }
    if (comparison.hasTest()) {
      rows.add(new Cell(place, Split.TEST, comparison.getTest(), digest, Shared.NONE));
    }
    return rows;
  }

  /** Writes {@code cells.csv}: UTF-8, a header, LF ends lines, empty where not measured. */
  public void write(Path csv) throws IOException {
    try (Writer writer = Files.newBufferedWriter(csv, StandardCharsets.UTF_8);
        CSVPrinter printer = new CSVPrinter(writer, FORMAT)) {
      for (Column column : Column.values()) {
        printer.print(column.text());
      }
      printer.println();
      for (Cell cell : cells) {
        for (Column column : Column.values()) {
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
    List<ArrowColumn> columns = Arrays.stream(Column.values()).map(this::arrow).toList();
    ArrowTable.write(arrow, columns, new TreeMap<>());
  }

  private ArrowColumn arrow(Column column) {
    if (column.kind() == Column.Kind.TEXT) {
      return ArrowColumn.strings(column.text(), cells.stream().map(column::write).toList());
    }
    if (column.kind() == Column.Kind.INTEGER) {
      return ArrowColumn.longs(
          column.text(), cells.stream().map(cell -> (Long) column.of(cell)).toList());
    }
    List<@Nullable Double> numbers = new ArrayList<>();
    cells.forEach(cell -> numbers.add((Double) column.of(cell)));
    return ArrowColumn.doubles(column.text(), numbers);
  }

  /**
   * Reads {@code cells.csv} back, with every number as it was.
   *
   * @throws IOException if it cannot be read, or is not such a table, with file and line
   */
  public static CellTable read(Path csv) throws IOException {
    List<Cell> cells = new ArrayList<>();
    CSVFormat format = FORMAT.builder().setHeader().setSkipHeaderRecord(true).get();
    try (Reader reader = Files.newBufferedReader(csv, StandardCharsets.UTF_8);
        CSVParser parser = CSVParser.builder().setReader(reader).setFormat(format).get()) {
      for (CSVRecord line : parser) {
        try {
          cells.add(new CellLine(line).cell());
        } catch (IllegalArgumentException e) {
          throw new IOException(
              csv + ":" + parser.getCurrentLineNumber() + ": not a row of cells.csv: " + line, e);
        }
      }
    }
    return new CellTable(cells);
  }
}
