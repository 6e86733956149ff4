package io.stitchflow.report.cells;

/** A warning at a cell of a matrix. */
public enum Mark {
  NOT_CONVERGED("†", "*", "not converged"),
  COPY_OVERFITS("‡", "+", "copy overfits");

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

  public boolean at(Cell row) {
    return switch (this) {
      case NOT_CONVERGED -> row.notConverged();
      case COPY_OVERFITS -> row.copyOverfits();
    };
  }
}
