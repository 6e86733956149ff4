package io.stitchflow.cli.comparison;

import java.util.LinkedHashMap;
import java.util.Map;

/** The values of one metric in one cell of both reports. */
record CellDifference(CellIdentity cell, double a, double b) {
  /** Differences that processors with other vector instructions cause are smaller. */
  private static final double ROUNDING = 1e-6;

  /** B - A; 0 if both are the same infinity. */
  double difference() {
    return a == b ? 0 : b - a;
  }

  double size() {
    return Math.abs(difference());
  }

  /** Whether the difference is below 1e-6 of the larger value. */
  boolean isByRounding() {
    return a == b || size() < ROUNDING * Math.max(Math.abs(a), Math.abs(b));
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>(cell.json());
    json.put("a", number(a));
    json.put("b", number(b));
    json.put("difference", number(difference()));
    return json;
  }

  /** For JSON, which has no infinity: the text of {@code cells.csv}. */
  static Object number(double value) {
    return Double.isFinite(value) ? (Object) value : Double.toString(value);
  }
}
