package io.stitchflow.cli.comparison;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What identifies a row of {@code cells.csv}.
 *
 * @param values of {@link #COLUMNS}, as the file writes them
 */
record CellIdentity(List<String> values) {
  /** The columns whose values no two rows of a file share. */
  static final List<String> COLUMNS =
      List.of(
          "condition",
          "sender",
          "sender_cut",
          "receiver",
          "receiver_cut",
          "copy_solver",
          "split",
          "seed",
          "objective");

  CellIdentity {
    values = List.copyOf(values);
    if (values.size() != COLUMNS.size()) {
      throw new IllegalArgumentException("a cell needs " + COLUMNS + ", but was: " + values);
    }
  }

  /**
   * The value of one of {@link #COLUMNS}.
   *
   * @throws IllegalArgumentException for other columns
   */
  String value(String column) {
    int index = COLUMNS.indexOf(column);
    if (index < 0) {
      throw new IllegalArgumentException("a cell has no column " + column);
    }
    return values.get(index);
  }

  /** Whether both have the same pair, condition, copy solver and objective. */
  boolean isOfSamePair(CellIdentity other) {
    return List.of("condition", "sender", "receiver", "copy_solver", "objective").stream()
        .allMatch(column -> value(column).equals(other.value(column)));
  }

  /** {@code a layer1.0 -> b layer2.0, trained_trained, least_squares, seed 1, task}. */
  String text() {
    return String.format(
        Locale.ROOT,
        "%s %s -> %s %s, %s, %s, seed %s, %s",
        value("sender"),
        value("sender_cut"),
        value("receiver"),
        value("receiver_cut"),
        value("condition"),
        value("copy_solver"),
        value("seed"),
        value("objective"));
  }

  /** The values by column, as texts. */
  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    for (int i = 0; i < COLUMNS.size(); i++) {
      json.put(COLUMNS.get(i), values.get(i));
    }
    return json;
  }
}
