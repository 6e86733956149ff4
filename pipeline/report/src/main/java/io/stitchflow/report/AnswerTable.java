package io.stitchflow.report;

import io.stitchflow.comparison.Metrics;
import io.stitchflow.comparison.Quantity;
import io.stitchflow.report.cells.Estimate;
import io.stitchflow.report.cells.Numbers;
import io.stitchflow.report.cells.Pair;
import io.stitchflow.report.cells.Statistic;
import io.stitchflow.report.cells.Words;
import io.stitchflow.v1.Condition;
import java.util.ArrayList;
import java.util.List;

/**
 * The answer as the page and {@code answer.txt} show it.
 *
 * @param notes sentences without which the headline would say too much
 * @param hasPublished whether published numbers are comparable, so that there is a column of them
 */
record AnswerTable(
    String question,
    String headline,
    List<String> notes,
    List<String> headings,
    List<Row> rows,
    boolean hasPublished) {

  /** One region; what was not measured is a dash. */
  record Row(
      String pair,
      String condition,
      String region,
      int cells,
      List<String> numbers,
      String published,
      String verdict) {}

  static AnswerTable of(Answer answer, String headline, List<String> notes, boolean hasPublished) {
    List<Quantity> quantities = measured(answer);
    List<Row> rows = new ArrayList<>();
    for (Answer.Row row : answer.rows()) {
      rows.add(
          new Row(
              row.kind().brief(),
              condition(row),
              row.place().text(),
              row.cells().size(),
              quantities.stream().map(each -> Statistic.text(each, row.of(each))).toList(),
              Numbers.brief(Published.vanillaAccuracy(row.condition(), row.region())),
              row.verdict()));
    }
    return new AnswerTable(
        Headline.QUESTION,
        headline,
        notes,
        quantities.stream().map(Statistic::heading).toList(),
        rows,
        hasPublished);
  }

  /** Sender and receiver. */
  static String condition(Answer.Row row) {
    String words = Words.of(row.condition());
    return row.kind() == Pair.Kind.NO_NETWORK ? words.replaceFirst("^[a-z]+", "no network") : words;
  }

  private static List<Quantity> measured(Answer answer) {
    return Answer.QUANTITIES.stream()
        .filter(quantity -> answer.rows().stream().anyMatch(row -> row.of(quantity).measured()))
        .toList();
  }

  /**
   * Lines for a terminal: the headline and its notes, then one line a region of two trained
   * networks, or of all conditions if no pair has two trained networks.
   */
  String text(Answer answer) {
    StringBuilder text = new StringBuilder();
    text.append(question).append('\n').append(headline).append('\n');
    notes.forEach(note -> text.append(note).append('\n'));
    List<Answer.Row> trained =
        answer.rows().stream().filter(row -> row.condition() == Condition.TRAINED_TRAINED).toList();
    for (Answer.Row row : trained.isEmpty() ? answer.rows() : trained) {
      text.append(
          String.join(
              ", ", "  " + row.kind().brief(), Words.text(row.condition()), row.place().text()));
      text.append(": mean accuracy ").append(brief(row, "vanilla_accuracy"));
      text.append(", median R² ").append(brief(row, "r2_vanilla"));
      text.append(" (copy ").append(brief(row, "r2_copy")).append("); ");
      text.append(row.verdict()).append('\n');
    }
    return text.toString().replace("R²", "R^2");
  }

  private static String brief(Answer.Row row, String quantity) {
    Estimate estimate = row.of(Metrics.quantity(quantity));
    return estimate.measured() ? estimate.text().replace('−', '-') : "-";
  }
}
