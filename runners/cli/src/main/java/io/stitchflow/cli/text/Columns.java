package io.stitchflow.cli.text;

import java.util.ArrayList;
import java.util.List;

/** Rows of cells, each column as wide as its widest cell; control characters are escaped. */
public final class Columns {
  private final String alignment;
  private final List<List<String>> rows = new ArrayList<>();

  /**
   * @param alignment a letter a column: {@code l} for left, {@code r} for right
   */
  public Columns(String alignment) {
    this.alignment = alignment;
  }

  public void add(String... cells) {
    if (cells.length != alignment.length()) {
      throw new IllegalArgumentException(
          "a row has " + alignment.length() + " cells, but was: " + List.of(cells));
    }
    rows.add(List.of(cells).stream().map(Escapes::of).toList());
  }

  /** Lines that start with {@code indent}, each ended by LF. */
  public String text(String indent) {
    int[] widths = new int[alignment.length()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder(indent);
      for (int i = 0; i < widths.length; i++) {
        String space = " ".repeat(widths[i] - row.get(i).length());
        line.append(i == 0 ? "" : "  ");
        line.append(alignment.charAt(i) == 'r' ? space + row.get(i) : row.get(i) + space);
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }
}
