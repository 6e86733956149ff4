package io.stitchflow.spec;

import java.util.Comparator;

/**
 * Where a value was written: a place in the file, or an option after it.
 *
 * @param option 0 in the file, else which of the {@code --set} options, from 1
 * @param line from 1; 0 in an option
 * @param column from 1; 0 in an option
 * @param source the file, or the option
 */
record SourcePosition(int option, int line, int column, String source)
    implements Comparable<SourcePosition> {
  private static final Comparator<SourcePosition> ORDER =
      Comparator.comparingInt((SourcePosition origin) -> origin.option)
          .thenComparingInt(SourcePosition::line)
          .thenComparingInt(SourcePosition::column);

  static SourcePosition inFile(String file, int line, int column) {
    return new SourcePosition(0, line, column, file);
  }

  static SourcePosition ofOption(int number, String text) {
    return new SourcePosition(number, 0, 0, text);
  }

  /** As messages name it: {@code e.textproto:3:11}, {@code --set cut=stem}. */
  String text() {
    return option == 0 ? source + ":" + line + ":" + column : "--set " + source;
  }

  @Override
  public int compareTo(SourcePosition other) {
    return ORDER.compare(this, other);
  }
}
