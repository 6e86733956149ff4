package io.stitchflow.report;

import io.stitchflow.v1.Condition;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/** The answer as the page, {@code answer.txt} and {@code answer.csv} show it. */
record AnswerTable(String headline, List<String> headings, List<Row> rows) {
  private static final CSVFormat FORMAT =
      CSVFormat.RFC4180.builder().setRecordSeparator('\n').get();

  /** One region; what was not measured is a dash. */
  record Row(
      String pair,
      String condition,
      String region,
      int cells,
      List<String> numbers,
      String published,
      String verdict) {}

  static AnswerTable of(Answer answer, boolean severalSolvers) {
    List<Answer.Figure> numbers = measured(answer);
    List<Row> rows = new ArrayList<>();
    for (Answer.Row row : answer.rows()) {
      String solver = severalSolvers ? "; copy by " + Words.of(row.solver()) : "";
      rows.add(
          new Row(
              row.kind().brief(),
              Words.of(row.condition()) + solver,
              row.region().text(),
              row.cells(),
              numbers.stream().map(number -> withInterval(row.of(number))).toList(),
              published(row),
              row.verdict()));
    }
    return new AnswerTable(
        answer.headline(), numbers.stream().map(Answer.Figure::heading).toList(), rows);
  }

  private static List<Answer.Figure> measured(Answer answer) {
    return Arrays.stream(Answer.Figure.values())
        .filter(number -> answer.rows().stream().anyMatch(row -> row.of(number).size() > 0))
        .toList();
  }

  private static String withInterval(Sample sample) {
    double half = sample.halfInterval();
    String mean = Numbers.brief(sample.mean());
    return (half == 0 ? mean : mean + " ± " + Numbers.spread(sample.mean(), half))
        .replace('-', '−');
  }

  private static String published(Answer.Row row) {
    return Numbers.brief(Published.vanillaAccuracy(row.condition(), row.region()));
  }

  /**
   * Lines for a terminal: the headline, then one a region of two trained networks; of all
   * conditions where there are none.
   */
  static String text(Answer answer, boolean severalSolvers) {
    StringBuilder text = new StringBuilder("Does stitching match the representation? ");
    text.append(answer.headline().replace("R²", "R^2")).append('\n');
    List<Answer.Row> trained =
        answer.rows().stream().filter(row -> row.condition() == Condition.TRAINED_TRAINED).toList();
    for (Answer.Row row : trained.isEmpty() ? answer.rows() : trained) {
      text.append(
          String.join(
              ", ",
              "  " + row.kind().brief() + " pairs",
              Words.text(row.condition()),
              row.region().text() + (severalSolvers ? ", copy by " + Words.of(row.solver()) : "")));
      text.append(": accuracy ").append(brief(row, Answer.Figure.VANILLA_ACCURACY));
      text.append(", R^2 ").append(brief(row, Answer.Figure.R2_VANILLA));
      text.append(" (copy ").append(brief(row, Answer.Figure.R2_COPY)).append("); ");
      text.append(row.verdict()).append('\n');
    }
    return text.toString();
  }

  private static String brief(Answer.Row row, Answer.Figure number) {
    Sample sample = row.of(number);
    return sample.size() == 0 || Double.isNaN(sample.mean()) ? "-" : Numbers.brief(sample.mean());
  }

  /**
   * Writes {@code answer.csv}: of each number the mean over seeds and its 95 % interval, empty
   * where there is one seed or nothing was measured; then how many cells have each verdict.
   */
  static void write(Answer answer, Path csv) throws IOException {
    try (Writer writer = Files.newBufferedWriter(csv, StandardCharsets.UTF_8);
        CSVPrinter printer = new CSVPrinter(writer, FORMAT)) {
      List<String> header =
          new ArrayList<>(List.of("pair", "condition", "copy_solver", "region", "cells", "seeds"));
      for (Answer.Figure number : Answer.Figure.values()) {
        header.addAll(List.of(number.text(), number.text() + "_from", number.text() + "_to"));
      }
      header.add("published_vanilla_accuracy");
      for (Verdict verdict : Verdict.values()) {
        header.add("cells_" + Words.text(verdict));
      }
      printer.printRecord(header);
      for (Answer.Row row : answer.rows()) {
        printer.printRecord(fields(row));
      }
    }
  }

  private static List<String> fields(Answer.Row row) {
    List<String> fields = new ArrayList<>();
    fields.add(row.kind().brief());
    fields.add(Words.text(row.condition()));
    fields.add(Words.text(row.solver()));
    fields.add(row.region().text());
    fields.add(String.valueOf(row.cells()));
    fields.add(String.valueOf(row.seeds()));
    for (Answer.Figure number : Answer.Figure.values()) {
      Sample sample = row.of(number);
      double mean = sample.mean();
      double half = sample.size() < 2 ? Double.NaN : sample.halfInterval();
      fields.add(exact(mean));
      fields.add(exact(mean - half));
      fields.add(exact(mean + half));
    }
    fields.add(exact(Published.vanillaAccuracy(row.condition(), row.region())));
    for (Verdict verdict : Verdict.values()) {
      fields.add(String.valueOf(row.verdicts().getOrDefault(verdict, 0)));
    }
    return fields;
  }

  private static String exact(double value) {
    return Double.isNaN(value) ? "" : Numbers.exact(value);
  }
}
