package io.stitchflow.cli.progress;

import io.stitchflow.cli.text.TerminalSize;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A terminal with a scroll-back that wraps long lines, again when it is resized, and knows the
 * escape sequences of {@link LiveDisplay}; others are errors. ASCII only.
 */
final class FakeTerminal extends OutputStream {
  /** A row, and whether its line goes on in the next row. */
  private static final class Row {
    private final StringBuilder text = new StringBuilder();
    private boolean wrapped;
  }

  private List<Row> rows = new ArrayList<>(List.of(new Row()));
  private TerminalSize size;
  private int row;
  private int column;
  private String sequence = "";

  FakeTerminal(int rows, int columns) {
    this.size = new TerminalSize(rows, columns);
  }

  TerminalSize size() {
    return size;
  }

  /** What has left the screen. */
  List<String> scrollBack() {
    return texts(0, top());
  }

  List<String> screen() {
    return texts(top(), rows.size());
  }

  private List<String> texts(int from, int to) {
    return rows.subList(from, to).stream().map(each -> each.text.toString()).toList();
  }

  private int top() {
    return Math.max(0, rows.size() - size.rows());
  }

  @Override
  public void write(int b) {
    throw new UnsupportedOperationException("lines are written whole");
  }

  @Override
  public void write(byte[] bytes) {
    new String(bytes, StandardCharsets.US_ASCII).chars().forEach(c -> put((char) c));
  }

  private void put(char c) {
    if (!sequence.isEmpty() || c == '\u001b') {
      sequence += c;
      if (Character.isLetter(c)) {
        execute(sequence);
        sequence = "";
      }
    } else if (c == '\n') {
      newLine(); // and a carriage return, which the kernel adds
    } else if (c == '\r') {
      column = 0;
    } else {
      if (column == size.columns()) {
        rows.get(row).wrapped = true;
        newLine();
      }
      StringBuilder text = rows.get(row).text;
      text.append(" ".repeat(Math.max(0, column + 1 - text.length()))).setCharAt(column++, c);
    }
  }

  private void newLine() {
    column = 0;
    if (++row == rows.size()) {
      rows.add(new Row());
    }
  }

  private void execute(String escape) {
    if (escape.matches("\u001b\\[\\d+A")) {
      int up = Integer.parseInt(escape.substring(2, escape.length() - 1));
      row = Math.max(top(), row - up);
    } else if (escape.equals("\u001b[J")) {
      rows.get(row).text.setLength(column);
      rows.get(row).wrapped = false;
      // The screen stays where it is: rows that it had are blank, not gone
      for (int i = row + 1; i < rows.size(); i++) {
        rows.set(i, new Row());
      }
    } else {
      throw new IllegalArgumentException("unknown escape sequence " + escape.substring(1));
    }
  }

  /** Wraps all lines again. The cursor must be at the start of the last line with text. */
  void resize(int newRows, int newColumns) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (Row each : rows.subList(0, row + 1)) {
      line.append(each.text);
      if (!each.wrapped) {
        lines.add(line.toString());
        line.setLength(0);
      }
    }
    size = new TerminalSize(newRows, newColumns);
    rows = new ArrayList<>(List.of(new Row()));
    row = 0;
    column = 0;
    lines
        .subList(0, lines.size() - 1)
        .forEach(each -> write((each + "\n").getBytes(StandardCharsets.US_ASCII)));
  }
}
