package io.stitchflow.report.cells;

import io.stitchflow.comparison.Quantity;

/** A warning at a cell of a matrix. */
public enum Mark {
  NOT_CONVERGED("†", "*", "not converged"),
  COPY_OVERFITS("‡", "+", "copy overfits"),
  /** Of a quantity that depends on neither stitch. */
  NONE("", "", "");

  private final String sign;
  private final String ascii;
  private final String text;

  Mark(String sign, String ascii, String text) {
    this.sign = sign;
    this.ascii = ascii;
    this.text = text;
  }

  /** As pages and plots write it. */
  public String sign() {
    return sign;
  }

  /** As terminals write it. */
  public String ascii() {
    return ascii;
  }

  public String text() {
    return text;
  }

  /** The mark at cells whose value it makes doubtful. */
  public static Mark of(Quantity quantity) {
    return switch (quantity.stitched()) {
      case VANILLA, BOTH -> NOT_CONVERGED;
      case COPY -> COPY_OVERFITS;
      case NEITHER -> NONE;
    };
  }

  public boolean at(Cell row) {
    return switch (this) {
      case NONE -> false;
      case NOT_CONVERGED -> row.notConverged();
      case COPY_OVERFITS -> row.copyOverfits();
    };
  }
}
