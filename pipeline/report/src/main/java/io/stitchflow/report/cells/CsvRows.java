package io.stitchflow.report.cells;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/** Reads CSV (RFC 4180) row by row. Lines end with LF or CRLF; empty lines are skipped. */
public final class CsvRows implements AutoCloseable {
  private static final CSVFormat FORMAT =
      CSVFormat.RFC4180.builder().setIgnoreEmptyLines(true).get();

  private final CSVParser parser;
  private final Iterator<CSVRecord> rows;

  /** Starts at the reader's place; {@link #close} closes the reader. */
  public CsvRows(Reader reader) throws IOException {
    this.parser = FORMAT.parse(reader);
    this.rows = parser.iterator();
  }

  /**
   * The next row, or null after the last one.
   *
   * @throws IOException if the text cannot be read or is not CSV
   */
  public @Nullable List<String> next() throws IOException {
    try {
      return rows.hasNext() ? rows.next().toList() : null;
    } catch (UncheckedIOException e) {
      throw Objects.requireNonNull(e.getCause());
    }
  }

  @Override
  public void close() throws IOException {
    parser.close();
  }
}
