package io.stitchflow.comparison;

import java.util.List;

/**
 * A way to compare what a vanilla and a copy stitch feed a receiver with what the receiver expects.
 *
 * <p>Everything that shows metrics derives from this description: files, tables, heat maps, the
 * legend, the terminal. To add a metric, extend this class and list an instance in {@link Metrics};
 * a metric outside of this package needs a public constructor without arguments and is named in
 * {@code META-INF/services/io.stitchflow.comparison.Metric}.
 */
public abstract class Metric {
  private final String name;
  private final String title;
  private final List<Definition> definitions;
  private final List<Quantity> quantities;

  /**
   * An entry of the report's legend.
   *
   * @param source the publication that defines it: {@code Kornblith et al. 2019}; {@code
   *     Stitchflow} if it is defined here
   * @param url where to read the source; empty if it is defined here
   */
  public record Definition(String term, String text, String source, String url) {
    static final String OURS = "Stitchflow";

    /** A definition of Stitchflow's own. */
    public Definition(String term, String text) {
      this(term, text, OURS, "");
    }
  }

  /**
   * @param name unique, as experiments choose it: {@code cka}
   * @param title for people: {@code Linear CKA}
   * @param definitions at least one
   * @param quantities all values that its meter may put, at least one, in the order of tables
   */
  protected Metric(
      String name, String title, List<Definition> definitions, List<Quantity> quantities) {
    this.name = name;
    this.title = title;
    this.definitions = List.copyOf(definitions);
    this.quantities = List.copyOf(quantities);
  }

  public final String name() {
    return name;
  }

  public final String title() {
    return title;
  }

  public final List<Definition> definitions() {
    return definitions;
  }

  public final List<Quantity> quantities() {
    return quantities;
  }

  /** Whether experiments that name no metrics measure it. */
  public boolean isDefault() {
    return true;
  }

  /** Whether it draws at random, so that its values depend on the cell's seed. */
  public boolean isRandom() {
    return false;
  }

  /** Whether it measures the stitches between the vanilla stitch and the copy. */
  public boolean readsFront() {
    return false;
  }

  /** Whether it measures stitches of low rank that are trained for the task. */
  public boolean readsRanks() {
    return false;
  }

  /** Whether it measures the vanilla stitch of the seed before beside that of the cell's own. */
  public boolean readsPreviousSeed() {
    return false;
  }

  /** A meter of one cell on one split, before the first batch. */
  public abstract Meter open(CellMeter cell);

  @Override
  public final String toString() {
    return name;
  }
}
