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
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/**
 * The table {@code answer.csv}: what a region's cells show, a line a kind of pair, condition and
 * region.
 *
 * <p>A mean has the ends of its 95 % interval, {@code _from} and {@code _to}: over network seeds
 * where {@code means_over} says so, else over stitch seeds, empty below three and where all agree;
 * a median has its quartiles over cells, {@code _q1} and {@code _q3}. What was not measured is
 * empty. Then follow how many cells have each verdict.
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
        case MEAN -> header.addAll(List.of(name, name + "_from", name + "_to"));
        case SHARE -> header.add(name);
        case MEDIAN -> header.addAll(List.of(name + "_median", name + "_q1", name + "_q3"));
      }
    }
    if (hasPublished) {
      header.add("published_vanilla_accuracy");
    }
    for (Verdict verdict : Verdict.values()) {
      header.add("cells_" + Words.text(verdict));
    }
    header.add("cells_where_copy_overfits");
    header.add("means_over");
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
      if (Statistic.of(quantity) != Statistic.SHARE) {
        boolean bounded =
            estimate.bounds() == Estimate.Bounds.INTERVAL
                || estimate.bounds() == Estimate.Bounds.QUARTILES;
        fields.add(bounded ? exact(estimate.from()) : "");
        fields.add(bounded ? exact(estimate.to()) : "");
      }
    }
    if (hasPublished) {
      fields.add(exact(Published.vanillaAccuracy(row.condition(), row.region())));
    }
    for (Verdict verdict : Verdict.values()) {
      fields.add(String.valueOf(row.verdicts().getOrDefault(verdict, 0)));
    }
    fields.add(String.valueOf(row.cells().stream().filter(JudgedCell::copyOverfits).count()));
    fields.add(row.overNetworks() ? "network_seeds" : "stitch_seeds");
    return fields;
  }

  private static String exact(double value) {
    return Double.isNaN(value) ? "" : Numbers.exact(value);
  }
}
