package io.stitchflow.report.cells;

import io.stitchflow.comparison.Metric;
import io.stitchflow.comparison.Metrics;
import io.stitchflow.comparison.Quantity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A column of {@code cells.csv} and {@code cells.arrow}.
 *
 * @param name as the files write it: {@code sender_cut}
 */
public record Column(String name, Kind kind, Function<Cell, @Nullable Object> value) {
  /** The first columns of numbers, before the seed. */
  private static final List<String> FIRST =
      List.of(
          "vanilla_accuracy",
          "copy_accuracy",
          "receiver_accuracy",
          "ev",
          "es",
          "sv",
          "r2_vanilla",
          "r2_copy",
          "r2_ceiling");

  /** Those between the seed and the number of examples. */
  private static final List<String> SECOND =
      List.of(
          "variance",
          "vanilla_cross_entropy",
          "copy_cross_entropy",
          "receiver_cross_entropy",
          "vanilla_penalty",
          "copy_penalty",
          "vanilla_agrees_with_sender",
          "vanilla_agrees_with_receiver",
          "copy_agrees_with_sender",
          "copy_agrees_with_receiver",
          "vanilla_agrees_with_copy");

  /** String, Long or Double. */
  enum Kind {
    TEXT,
    INTEGER,
    REAL
  }

  /**
   * In the order of the files: a few columns first that keep their places, then all other
   * quantities of {@code metrics} in their order.
   */
  public static List<Column> of(List<Metric> metrics) {
    List<Column> columns = new ArrayList<>();
    columns.add(text("condition", cell -> Words.text(cell.place().getCondition())));
    columns.add(text("sender", cell -> cell.place().getSender()));
    columns.add(text("sender_cut", cell -> cell.place().getSenderCut()));
    columns.add(text("receiver", cell -> cell.place().getReceiver()));
    columns.add(text("receiver_cut", cell -> cell.place().getReceiverCut()));
    columns.add(text("copy_solver", cell -> Words.text(cell.place().getCopySolver())));
    columns.add(text("split", cell -> cell.split().text()));
    FIRST.forEach(name -> columns.add(of(Metrics.quantity(name))));
    columns.add(new Column("seed", Kind.INTEGER, cell -> cell.place().getSeed()));
    SECOND.forEach(name -> columns.add(of(Metrics.quantity(name))));
    columns.add(new Column("examples", Kind.INTEGER, cell -> cell.values().examples()));
    columns.add(text("comparison_digest", cell -> cell.comparison().hex()));
    columns.add(text("objective", cell -> cell.place().getObjective()));
    others(metrics).forEach(quantity -> columns.add(of(quantity)));
    return List.copyOf(columns);
  }

  /** The quantities among the columns, in their order. */
  public static List<Quantity> quantities(List<Metric> metrics) {
    return Stream.concat(
            Stream.of(FIRST, SECOND).flatMap(List::stream).map(Metrics::quantity), others(metrics))
        .toList();
  }

  private static Stream<Quantity> others(List<Metric> metrics) {
    Stream<Quantity> measured =
        metrics.stream()
            .flatMap(metric -> metric.quantities().stream())
            .filter(quantity -> quantity.display().inFiles())
            .filter(
                quantity -> !FIRST.contains(quantity.name()) && !SECOND.contains(quantity.name()));
    return Stream.concat(measured, Stream.of(Shared.GAP, Shared.COPY_R2_DROP));
  }

  private static Column text(String name, Function<Cell, @Nullable Object> value) {
    return new Column(name, Kind.TEXT, value);
  }

  private static Column of(Quantity quantity) {
    return quantity.form() == Quantity.Form.SERIES
        ? text(quantity.name(), cell -> text(cell.values().series(quantity.name())))
        : new Column(quantity.name(), Kind.REAL, cell -> cell.number(quantity));
  }

  /** {@code layer3.0=0.75;layer4.0=0.875}; empty if it was not measured. */
  private static String text(Map<String, Double> series) {
    return series.entrySet().stream()
        .map(point -> point.getKey() + "=" + Numbers.exact(point.getValue()))
        .collect(Collectors.joining(";"));
  }

  /**
   * Of the class that {@link #kind} names, or null where it was not measured or is not a number.
   */
  public @Nullable Object of(Cell cell) {
    Object number = value.apply(cell);
    return number instanceof Double real && Double.isNaN(real) ? null : number;
  }

  /** As {@code cells.csv} writes it; empty where it was not measured. */
  String write(Cell cell) {
    Object written = of(cell);
    if (written instanceof Double real) {
      return Numbers.exact(real);
    }
    if (written instanceof Long integer) {
      return Long.toUnsignedString(integer);
    }
    return written == null ? "" : written.toString();
  }
}
