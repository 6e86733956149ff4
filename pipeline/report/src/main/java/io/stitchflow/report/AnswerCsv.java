package io.stitchflow.report;

import io.stitchflow.comparison.Quantity;
import io.stitchflow.report.cells.Estimate;
import io.stitchflow.report.cells.JudgedCell;
import io.stitchflow.report.cells.Numbers;
import io.stitchflow.report.cells.Statistic;
import io.stitchflow.report.cells.Verdict;
import io.stitchflow.report.cells.Words;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/**
 * The table {@code answer.csv}: what a region's cells show, a line a kind of pair, condition and
 * region.
 *
 * <p>Means, shares and medians have the ends of their 95 % interval, {@code _from} and {@code _to},
 * over what {@code intervals_over} says; empty where all agree, and over fewer than three stitch
 * seeds. Medians have quartiles over cells too, {@code _q1} and {@code _q3}. What was not measured
 * is empty. Then follow how many cells have each verdict.
 */
final class AnswerCsv {
  private static final CSVFormat FORMAT =
      CSVFormat.RFC4180.builder().setRecordSeparator('\n').get();

  private AnswerCsv() {}

  /**
   * @param hasPublished whether there is a column of published numbers
   */
  static void write(Answer answer, boolean hasPublished, Path csv) throws IOException {
    try (Writer writer = Files.newBufferedWriter(csv, StandardCharsets.UTF_8);
        CSVPrinter printer = new CSVPrinter(writer, FORMAT)) {
      printer.printRecord(header(hasPublished));
      for (Answer.Row row : answer.rows()) {
        printer.printRecord(fields(row, hasPublished));
      }
    }
  }

  private static List<String> header(boolean hasPublished) {
    List<String> header = new ArrayList<>(List.of("pair", "condition", "region", "cells", "seeds"));
    for (Quantity quantity : Answer.QUANTITIES) {
      String name = quantity.name();
      switch (Statistic.of(quantity)) {
        case MEAN, SHARE -> header.addAll(List.of(name, name + "_from", name + "_to"));
        case MEDIAN ->
            Stream.of("_median", "_from", "_to", "_q1", "_q3")
                .map(name::concat)
                .forEach(header::add);
      }
    }
    if (hasPublished) {
      header.add("published_vanilla_accuracy");
    }
    for (Verdict verdict : Verdict.values()) {
      header.add("cells_" + Words.text(verdict));
    }
    header.add("cells_where_copy_overfits");
    header.add("intervals_over");
    return header;
  }

  private static List<String> fields(Answer.Row row, boolean hasPublished) {
    List<String> fields = new ArrayList<>();
    fields.add(Words.text(row.kind()));
    fields.add(Words.text(row.condition()));
    fields.add(row.place().text());
    fields.add(String.valueOf(row.cells().size()));
    fields.add(String.valueOf(row.seeds()));
    for (Quantity quantity : Answer.QUANTITIES) {
      Estimate estimate = row.of(quantity);
      fields.add(exact(estimate.value()));
      fields.addAll(ends(estimate, Estimate.Bounds.INTERVAL));
      if (Statistic.of(quantity) == Statistic.MEDIAN) {
        fields.addAll(ends(Statistic.of(quantity, row.all()), Estimate.Bounds.QUARTILES));
      }
    }
    if (hasPublished) {
      fields.add(exact(Published.vanillaAccuracy(row.condition(), row.region())));
    }
    for (Verdict verdict : Verdict.values()) {
      fields.add(String.valueOf(row.verdicts().getOrDefault(verdict, 0)));
    }
    fields.add(String.valueOf(row.cells().stream().filter(JudgedCell::copyOverfits).count()));
    fields.add(Words.text(row.level()));
    return fields;
  }

  private static List<String> ends(Estimate estimate, Estimate.Bounds bounds) {
    return estimate.bounds() == bounds
        ? List.of(exact(estimate.from()), exact(estimate.to()))
        : List.of("", "");
  }

  private static String exact(double value) {
    return Double.isNaN(value) ? "" : Numbers.exact(value);
  }
}
