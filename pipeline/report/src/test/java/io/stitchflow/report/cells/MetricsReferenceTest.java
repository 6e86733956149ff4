package io.stitchflow.report.cells;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.comparison.Metric;
import io.stitchflow.comparison.Metrics;
import io.stitchflow.comparison.Quantity;
import io.stitchflow.comparison.Quantity.Range;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code pipeline/docs/metrics.md} defines the columns that there are, with their ranges. */
final class MetricsReferenceTest {
  private final List<Entry> entries = new ArrayList<>();

  /**
   * A row of a table.
   *
   * @param section the heading above
   * @param table the heading of the table's first column
   * @param name without its backticks
   * @param cells by the heading of their column
   */
  private record Entry(String section, String table, String name, Map<String, String> cells) {}

  @BeforeEach
  void read() throws IOException {
    String section = "";
    List<String> heading = List.of();
    for (String line : Files.readAllLines(root().resolve("pipeline/docs/metrics.md"))) {
      List<String> cells = Stream.of(line.split("\\|", -1)).map(String::strip).toList();
      if (line.startsWith("## ")) {
        section = line.substring(3);
      } else if (!line.startsWith("|")) {
        heading = List.of();
      } else if (heading.isEmpty()) {
        heading = cells;
      } else if (!line.startsWith("|---")) {
        Map<String, String> byHeading = new LinkedHashMap<>();
        for (int i = 1; i < cells.size() - 1; i++) {
          byHeading.put(heading.get(i), cells.get(i));
        }
        entries.add(new Entry(section, heading.get(1), cells.get(1).replace("`", ""), byHeading));
      }
    }
  }

  @Test
  void columns_ofFiles_areThoseOfTheText() {
    assertThat(names("column"))
        .doesNotHaveDuplicates()
        .containsExactlyInAnyOrderElementsOf(
            Column.of(Metrics.all()).stream().map(Column::name).toList());
  }

  @Test
  void quantities_notInFiles_areThoseOfTheText() {
    assertThat(names("quantity"))
        .doesNotHaveDuplicates()
        .containsExactlyInAnyOrderElementsOf(
            Metrics.quantities().stream()
                .filter(quantity -> !quantity.display().inFiles())
                .map(Quantity::name)
                .toList());
  }

  @Test
  void sections_ofMetrics_haveTheirQuantities() {
    for (Metric metric : Metrics.all()) {
      assertThat(
              entries.stream()
                  .filter(each -> each.section().equals(metric.name()))
                  .map(Entry::name))
          .as(metric.name())
          .containsExactlyInAnyOrderElementsOf(
              metric.quantities().stream()
                  .filter(quantity -> quantity.display().inFiles())
                  .map(Quantity::name)
                  .toList());
    }
  }

  @Test
  void ranges_ofQuantities_areThoseOfTheText() {
    Map<String, String> ranges = new LinkedHashMap<>();
    entries.forEach(
        each -> ranges.put(each.name(), Objects.toString(each.cells().get("range"), "")));
    Stream.concat(Metrics.quantities().stream(), Stream.of(Shared.GAP, Shared.COPY_R2_DROP))
        .forEach(
            quantity -> assertThat(ranges).containsEntry(quantity.name(), text(quantity.range())));
  }

  @Test
  void formulas_ofEntries_areStated() {
    assertThat(entries)
        .filteredOn(each -> each.table().equals("column") || each.table().equals("quantity"))
        .isNotEmpty()
        .allSatisfy(each -> assertThat(each.cells().values()).doesNotContain(""));
  }

  private List<String> names(String table) {
    return entries.stream().filter(each -> each.table().equals(table)).map(Entry::name).toList();
  }

  private static String text(Range range) {
    boolean fromAny = Double.isInfinite(range.from());
    boolean toAny = Double.isInfinite(range.to());
    if (fromAny || toAny) {
      return fromAny && toAny
          ? "real"
          : fromAny ? "≤ " + whole(range.to()) : "≥ " + whole(range.from());
    }
    return "[" + whole(range.from()) + ", " + whole(range.to()) + "]";
  }

  private static String whole(double end) {
    if (end == Math.log(2)) {
      return "ln 2";
    }
    assertThat(end).isEqualTo(Math.rint(end));
    return Long.toString((long) end).replace('-', '−');
  }

  /** The directory of the whole project, wherever in it the test runs. */
  private static Path root() {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.exists(directory.resolve("runners/stitchflow"))) {
      directory = Objects.requireNonNull(directory.getParent());
    }
    return directory;
  }
}
