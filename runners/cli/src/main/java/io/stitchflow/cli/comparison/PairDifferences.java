package io.stitchflow.cli.comparison;

import io.stitchflow.report.figure.DifferenceMatrix;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * B - A of one metric over the cuts of the first pair, condition, copy solver and objective; one
 * number for all seeds.
 *
 * @param first the first cell
 */
record PairDifferences(String metric, CellIdentity first, List<DifferenceMatrix.Entry> entries) {
  private static final List<String> PAIR =
      List.of("condition", "sender", "receiver", "copy_solver", "split", "objective");

  PairDifferences {
    entries = List.copyOf(entries);
  }

  /** Null if no cell has a value in both reports. */
  static @Nullable PairDifferences of(MetricComparison metric) {
    if (metric.both().isEmpty()) {
      return null;
    }
    CellIdentity first = metric.both().get(0).cell();
    Map<List<String>, List<CellDifference>> seeds = new LinkedHashMap<>();
    for (CellDifference each : metric.both()) {
      if (each.cell().isOfSamePair(first)) {
        seeds
            .computeIfAbsent(
                List.of(each.cell().value("sender_cut"), each.cell().value("receiver_cut")),
                absent -> new ArrayList<>())
            .add(each);
      }
    }
    List<DifferenceMatrix.Entry> entries = new ArrayList<>();
    seeds.forEach(
        (cuts, cells) ->
            entries.add(
                new DifferenceMatrix.Entry(
                    cuts.get(0), cuts.get(1), metric.center(cells, CellDifference::difference))));
    return new PairDifferences(metric.metric(), first, entries);
  }

  /** Lines that end with LF. */
  String text() {
    return DifferenceMatrix.text(
        String.format(
            Locale.ROOT,
            "%s, B - A: %s -> %s, %s, %s",
            metric,
            first.value("sender"),
            first.value("receiver"),
            first.value("condition"),
            first.value("split")),
        entries);
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("metric", metric);
    PAIR.forEach(column -> json.put(column, first.value(column)));
    json.put("entry", entries.stream().map(PairDifferences::json).toList());
    return json;
  }

  private static Map<String, Object> json(DifferenceMatrix.Entry entry) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("sender_cut", entry.senderCut());
    json.put("receiver_cut", entry.receiverCut());
    json.put("difference", CellDifference.number(entry.difference()));
    return json;
  }
}
