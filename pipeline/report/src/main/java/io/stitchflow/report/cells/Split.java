package io.stitchflow.report.cells;

import java.util.Locale;

/** Which examples a number was measured on. */
public enum Split {
  TRAIN,
  TEST;

  /** As tables write it: {@code train}, {@code test}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
