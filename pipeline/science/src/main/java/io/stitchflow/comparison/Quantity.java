package io.stitchflow.comparison;

import org.jspecify.annotations.Nullable;

/**
 * A value that a metric measures in each cell, and how files, tables and heat maps show it.
 *
 * @param name unique, as {@code cells.csv} names its column: {@code vanilla_cka}
 * @param title a table's heading: {@code CKA vanilla}
 * @param stitched the stitches whose output it depends on
 */
public record Quantity(
    String name,
    String title,
    Form form,
    Range range,
    Better better,
    Stitched stitched,
    Display display) {
  /** What the value of a cell is. */
  public enum Form {
    NUMBER,
    /** 0 or 1; over cells, tables show the share of those with 1. */
    INDICATOR,
    /** Numbers by name, such as one for each later cut. Only files show it. */
    SERIES
  }

  /** Which values are better. */
  public enum Better {
    HIGHER,
    LOWER,
    NEITHER
  }

  /** The stitches that a value depends on. */
  public enum Stitched {
    VANILLA,
    COPY,
    BOTH,
    NEITHER;

    /** Whether the value depends on how the copy task was solved. */
    public boolean needsCopy() {
      return this == COPY || this == BOTH;
    }
  }

  /**
   * The closed interval that a value lies in; its ends may be infinite.
   *
   * @param from at most {@code to}
   */
  public record Range(double from, double to) {
    public static final Range UNIT = new Range(0, 1);
    public static final Range SIGNED_UNIT = new Range(-1, 1);
    public static final Range AT_MOST_ONE = new Range(Double.NEGATIVE_INFINITY, 1);
    public static final Range NOT_NEGATIVE = new Range(0, Double.POSITIVE_INFINITY);
    public static final Range REAL = new Range(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);

    public Range {
      if (!(from <= to)) {
        throw new IllegalArgumentException("a range needs from <= to, but is: " + from + ", " + to);
      }
    }

    /** Whether a few cells cannot decide a mean. */
    public boolean isBounded() {
      return Double.isFinite(from) && Double.isFinite(to);
    }
  }

  /** A table of the report. */
  public enum Table {
    /** Accuracies, errors and R². */
    MAIN(""),
    GEOMETRY("Geometry and later cuts"),
    CONTROLS("Controls"),
    /** Only files show it. */
    NONE("");

    private final String title;

    Table(String title) {
      this.title = title;
    }

    /** Empty for the main table. */
    public String title() {
      return title;
    }
  }

  /**
   * Where a value is shown.
   *
   * @param map title of its heat map; null if it has none
   * @param inFiles whether {@code cells.csv} and {@code cells.arrow} have a column of it
   * @param besideChance whether it is an accuracy, so that its heat map marks chance
   */
  public record Display(Table table, @Nullable String map, boolean inFiles, boolean besideChance) {}

  /** A number with a column in files and no other display. */
  public static Quantity number(String name, String title, Range range, Better better) {
    return new Quantity(
        name,
        title,
        Form.NUMBER,
        range,
        better,
        Stitched.NEITHER,
        new Display(Table.NONE, null, true, false));
  }

  /** A property that a cell has or lacks; without a column, since it follows from others. */
  static Quantity indicator(String name, String title, Better better) {
    return new Quantity(
        name,
        title,
        Form.INDICATOR,
        Range.UNIT,
        better,
        Stitched.NEITHER,
        new Display(Table.NONE, null, false, false));
  }

  /** Numbers by name, with a column in files. */
  static Quantity series(String name, String title, Range range, Better better) {
    return new Quantity(
        name,
        title,
        Form.SERIES,
        range,
        better,
        Stitched.NEITHER,
        new Display(Table.NONE, null, true, false));
  }

  /** The same of the output of these stitches. */
  public Quantity of(Stitched stitches) {
    return new Quantity(name, title, form, range, better, stitches, display);
  }

  /** The same with a column in a table of the report. */
  public Quantity in(Table table) {
    return with(new Display(table, display.map(), display.inFiles(), display.besideChance()));
  }

  /** The same with a heat map for each pair and condition. */
  public Quantity drawn(String mapTitle) {
    return with(new Display(display.table(), mapTitle, display.inFiles(), display.besideChance()));
  }

  /** The same as an accuracy, so that its heat map marks chance. */
  public Quantity besideChance() {
    return with(new Display(display.table(), display.map(), display.inFiles(), true));
  }

  /** The same without a column in files. */
  Quantity notInFiles() {
    return with(new Display(display.table(), display.map(), false, display.besideChance()));
  }

  private Quantity with(Display other) {
    return new Quantity(name, title, form, range, better, stitched, other);
  }
}
