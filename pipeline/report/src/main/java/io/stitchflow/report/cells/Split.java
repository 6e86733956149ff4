package io.stitchflow.report.cells;

import java.util.Locale;

/** Which examples a number was measured on. */
public enum Split {
  /** Train examples that stitches learn from. */
  TRAIN,
  /** Train examples that choose between stitches. */
  VALIDATION,
  TEST;

  /** As tables write it: {@code train}, {@code validation}, {@code test}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
