package io.stitchflow.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stitchflow.report.cells.Fixtures;
import io.stitchflow.v1.Condition;
import io.stitchflow.v1.CopySolver;
import io.stitchflow.v1.ReportNetwork;
import io.stitchflow.v1.TrainingCurve;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageDataTest {
  private static final ReportNetwork A = Fixtures.network("a", 1, false, 1, 1);
  private static final ReportNetwork DEEP = Fixtures.network("<deep>", 1, false, 2, 2);
  private static final MathContext FOUR = new MathContext(4, RoundingMode.HALF_EVEN);

  @TempDir Path directory;

  private FakeRun run;
  private Map<String, String> blocks;
  private JsonNode index;
  private List<CSVRecord> csv;

  @BeforeEach
  void write() throws IOException {
    run =
        Fixtures.experiment(
            directory, List.of(A, DEEP), List.of(CopySolver.LEAST_SQUARES, CopySolver.SGD), 2);
    new WriteReportExecutor().execute(List.of(run), share -> {});
    blocks = PageBlocks.of(Files.readString(run.out().resolve("report.html")));
    index = new ObjectMapper().readTree(blocks.get("index"));
    try (CSVParser parser =
        CSVParser.parse(
            run.out().resolve("cells.csv"),
            StandardCharsets.UTF_8,
            CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).get())) {
      csv = parser.getRecords();
    }
  }

  @Test
  void training_withPatience_hasTheLossMeasuredAfterEachEpoch() throws IOException {
    TrainingCurve watched =
        Fixtures.curve(0, 2, 1.75).toBuilder().addAllDecisive(List.of(3.25, 2.5, 2.75)).build();
    FakeRun patient =
        new FakeRun(Files.createDirectory(directory.resolve("patience")), "patience")
            .add(A, Fixtures.curve(0.7, 1))
            .add(
                Fixtures.place(Condition.TRAINED_TRAINED, "a", "stem", "a", "stem"),
                Fixtures.comparison(0.5, 0.5, 1, 1, 2),
                watched);
    new WriteReportExecutor().execute(List.of(patient), share -> {});
    assertThat(
            PageBlocks.of(Files.readString(patient.out().resolve("report.html"))).get("training"))
        .isEqualTo("3.25;2.5;2.75");
  }

  @Test
  void training_eachComparison_hasTheLossesOfEachStart() {
    assertThat(index.path("starts")).extracting(JsonNode::asText).containsExactly("kaiming");
    assertThat(Objects.requireNonNull(blocks.get("training")).lines())
        .hasSameSizeAs(split("test"))
        .allMatch("2.25;1.5;1.125"::equals);
  }

  @Test
  void places_eachComparison_areThoseOfTheFile() {
    JsonNode cells = index.path("cells");
    List<CSVRecord> test = split("test");
    assertThat(cells.path("pair")).hasSameSizeAs(test);
    for (int i = 0; i < test.size(); i++) {
      CSVRecord row = test.get(i);
      JsonNode pair = index.path("pairs").path(cells.path("pair").path(i).asInt());
      assertThat(pair.path("sender").asText()).isEqualTo(row.get("sender"));
      assertThat(pair.path("receiver").asText()).isEqualTo(row.get("receiver"));
      assertThat(named(pair.path("senderCuts"), cells, "senderCut", i))
          .isEqualTo(row.get("sender_cut"));
      assertThat(named(pair.path("receiverCuts"), cells, "receiverCut", i))
          .isEqualTo(row.get("receiver_cut"));
      assertThat(named(index.path("seeds"), cells, "seed", i)).isEqualTo(row.get("seed"));
      assertThat(named(index.path("objectives"), cells, "objective", i))
          .isEqualTo(row.get("objective"));
      int solver = cells.path("solver").path(i).asInt();
      assertThat(index.path("solvers").path(solver).path("name").asText())
          .isEqualTo(row.get("copy_solver"));
      int condition = cells.path("condition").path(i).asInt();
      assertThat(index.path("conditions").path(condition).path("name").asText())
          .isEqualTo(row.get("condition"));
    }
  }

  @Test
  void columns_eachNumber_isThatOfTheFileWithFourDigits() {
    int compared = 0;
    for (String split : List.of("train", "test")) {
      List<CSVRecord> rows = split(split);
      for (JsonNode quantity : index.path("quantities")) {
        String name = quantity.path("name").asText();
        JsonNode first = index.path("same").path(name + "/" + split);
        String block = blocks.get(first.asText(name + "/" + split));
        for (int i = 0; i < rows.size(); i++) {
          String exact = rows.get(i).get(name);
          String four = block == null ? "" : block.split("\n", -1)[i];
          assertThat(four.isEmpty()).as("%s, row %d", name, i).isEqualTo(exact.isEmpty());
          if (!exact.isEmpty() && quantity.path("form").asText().equals("number")) {
            BigDecimal rounded = new BigDecimal(exact).round(FOUR);
            assertThat(new BigDecimal(four)).as(name).isEqualByComparingTo(rounded);
            compared++;
          }
        }
      }
    }
    assertThat(compared).isGreaterThan(1000);
  }

  @Test
  void digests_eachComparison_standInItsLine() {
    assertThat(Objects.requireNonNull(blocks.get("digests")).split("\n", -1))
        .containsExactlyElementsOf(
            split("test").stream().map(row -> row.get("comparison_digest")).toList());
  }

  private List<CSVRecord> split(String split) {
    return csv.stream().filter(row -> row.get("split").equals(split)).toList();
  }

  private static String named(JsonNode names, JsonNode cells, String field, int row) {
    return names.path(cells.path(field).path(row).asInt()).asText();
  }
}
