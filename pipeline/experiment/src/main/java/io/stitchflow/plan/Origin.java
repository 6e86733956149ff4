package io.stitchflow.plan;

import java.util.Comparator;

/**
 * Where a value was written: a place in the file, or an option after it.
 *
 * @param option 0 in the file, else which of the {@code --set} options, from 1
 * @param line from 1; 0 in an option
 * @param column from 1; 0 in an option
 * @param text as people find it
 */
record Origin(int option, int line, int column, String text) implements Comparable<Origin> {
  private static final Comparator<Origin> ORDER =
      Comparator.comparingInt((Origin origin) -> origin.option)
          .thenComparingInt(Origin::line)
          .thenComparingInt(Origin::column);

  static Origin inFile(String file, int line, int column) {
    return new Origin(0, line, column, file + ":" + line + ":" + column);
  }

  static Origin ofOption(int number, String text) {
    return new Origin(number, 0, 0, "--set " + text);
  }

  @Override
  public int compareTo(Origin other) {
    return ORDER.compare(this, other);
  }
}
