package io.stitchflow.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.comparison.Metric;
import io.stitchflow.comparison.Metrics;
import io.stitchflow.comparison.Quantity;
import io.stitchflow.comparison.Quantity.Form;
import io.stitchflow.comparison.Quantity.Table;
import io.stitchflow.report.cells.Fixtures;
import io.stitchflow.report.cells.Measured;
import io.stitchflow.v1.Comparison;
import io.stitchflow.v1.Condition;
import io.stitchflow.v1.Measurement;
import io.stitchflow.v1.ReportNetwork;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract of the report with every metric of the registry, measured in one cell. */
final class MetricsInReportTest {
  private static final ReportNetwork A = Fixtures.network("a", 1, false, 1, 1);

  @TempDir Path directory;
  private String page = "";

  @BeforeEach
  void write() throws Exception {
    Measured measured = Measured.on(8);
    for (Quantity quantity : Metrics.quantities()) {
      if (quantity.form() == Form.SERIES) {
        measured.put(quantity.name(), Map.of("point", 1.));
      } else {
        measured.put(quantity.name(), 1);
      }
    }
    Measurement all = measured.build();
    FakeRun run =
        new FakeRun(directory, "all metrics")
            .add(A, Fixtures.curve(0.9, 1))
            .add(
                Fixtures.place(Condition.TRAINED_TRAINED, "a", "stem", "a", "stem"),
                Comparison.newBuilder().setTrain(all).setTest(all).build());
    new WriteReportExecutor().execute(List.of(run), share -> {});
    page = read("report.html");
  }

  @Test
  void legend_everyMetric_isDefinedWithItsSource() {
    for (Metric metric : Metrics.all()) {
      for (Metric.Definition definition : metric.definitions()) {
        assertThat(page)
            .contains("<dt>" + definition.term().replace("<", "&lt;") + "</dt><dd>")
            .contains(definition.url().isEmpty() ? "" : "\">" + definition.source() + "</a>)");
      }
    }
  }

  @Test
  void tables_everyQuantityOfATable_isAColumn() {
    for (Quantity quantity : Metrics.quantities()) {
      if (quantity.display().table() != Table.NONE) {
        String title = quantity.title().replace("<", "&lt;").replace(">", "&gt;");
        assertThat(page)
            .containsPattern(
                "<th class=\"number\">\\Q" + title + "\\E(, median \\(quartiles\\))?</th>");
      }
    }
  }

  @Test
  void maps_everyQuantityWithAMap_areDrawn() throws Exception {
    String index = PageBlocks.of(page).get("index");
    for (Quantity quantity : Metrics.quantities()) {
      String title = quantity.display().map();
      if (title != null) {
        assertThat(index).contains("\"title\":\"" + title + "\"");
        assertThat(read("heatmaps/a_a.trained_trained." + quantity.name() + ".svg"))
            .startsWith("<svg");
      }
    }
  }

  @Test
  void files_everyQuantityInFiles_isAColumnOnce() throws Exception {
    List<String> header = List.of(read("cells.csv").lines().findFirst().orElseThrow().split(","));
    assertThat(header).doesNotHaveDuplicates();
    assertThat(header)
        .containsAll(
            Metrics.quantities().stream()
                .filter(quantity -> quantity.display().inFiles())
                .map(Quantity::name)
                .toList());
  }

  private String read(String file) throws Exception {
    return Files.readString(directory.resolve("out").resolve(file));
  }
}
