package io.stitchflow.benchmarks;

import java.util.Locale;

/**
 * A line of the table.
 *
 * @param ours median cost of a round
 * @param theirs median cost of a round
 * @param load average of the machine when the line was complete
 */
record Line(Question question, MedianInterval ratio, double ours, double theirs, double load) {
  /**
   * What a line measures.
   *
   * @param benchmark its name
   * @param workload what is computed
   * @param against the other side, with its version
   * @param unit of both costs
   */
  record Question(String benchmark, String workload, String against, String unit, Goal goal) {}

  String verdict() {
    return question.goal().verdict(ratio.median());
  }

  /** Three significant digits. */
  static String number(double value) {
    if (value == 0 || !Double.isFinite(value)) {
      return String.valueOf(value);
    }
    int digits = Math.max(0, 2 - (int) Math.floor(Math.log10(Math.abs(value))));
    String text = String.format(Locale.ROOT, "%,." + digits + "f", value);
    return text.contains(".") ? text.replaceAll("\\.?0+$", "") : text;
  }
}
