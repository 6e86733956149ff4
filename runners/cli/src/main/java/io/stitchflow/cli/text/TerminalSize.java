package io.stitchflow.cli.text;

/**
 * The size of a terminal, in characters.
 *
 * @param rows lines that it shows
 * @param columns characters of a line
 */
public record TerminalSize(int rows, int columns) {
  /** Where it cannot be found out. */
  static final TerminalSize USUAL = new TerminalSize(24, 80);

  public TerminalSize {
    if (rows < 1 || columns < 1) {
      throw new IllegalArgumentException(
          "a terminal has at least 1 row and 1 column, but was: " + rows + " x " + columns);
    }
  }
}
