package io.stitchflow.report;

/** A warning at a cell of a matrix. */
enum Mark {
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
  String sign() {
    return sign;
  }

  /** As terminals write it. */
  String ascii() {
    return ascii;
  }

  String text() {
    return text;
  }

  boolean at(Cell row) {
    return switch (this) {
      case NOT_CONVERGED -> row.notConverged();
      case COPY_OVERFITS -> row.copyOverfits();
    };
  }
}
