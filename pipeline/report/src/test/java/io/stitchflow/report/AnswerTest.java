package io.stitchflow.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.artifacts.Digest;
import io.stitchflow.v1.Comparison;
import io.stitchflow.v1.Condition;
import io.stitchflow.v1.CopySolver;
import io.stitchflow.v1.Measurement;
import io.stitchflow.v1.ReportCell;
import io.stitchflow.v1.WriteReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cells by hand; the receiver has 0.9 and the variance is 1. */
final class AnswerTest {
  private static final List<String> CUTS = List.of("stem", "layer1.0", "layer2.0");

  @TempDir Path directory;
  private final List<Cell> cells = new ArrayList<>();

  @Test
  void answer_seedPair_countsVerdictsByRegion() {
    add("b", 0, 0, 1, 0.9, 0.05);
    add("b", 1, 0, 1, 0.9, 2);
    add("b", 2, 0, 1, 0.8, 0.6);
    add("b", 2, 1, 1, 0.2, 0.6);
    add("b", 0, 2, 1, 0.2, 0.6);
    Answer answer = answer();
    assertThat(answer.rows())
        .extracting(Answer.Row::region)
        .containsExactly(Region.LOWER, Region.DIAGONAL, Region.UPPER);
    assertThat(answer.rows()).extracting(Answer.Row::kind).containsOnly(Pair.Kind.SEED);
    assertThat(answer.rows())
        .extracting(Answer.Row::verdict)
        .containsExactly(
            "works without matching in 2 of 3 cells, does not work in 1",
            "works and matches in 1 of 1 cell",
            "does not work in 1 of 1 cell");
    assertThat(answer.headline())
        .isEqualTo(
            "Mostly not: between two trained networks the vanilla stitch works in 3 of 5 cells,"
                + " and there it matches in 1, in part in 0, and not in 2.");
    assertThat(AnswerTable.text(answer, false))
        .startsWith("Does stitching match the representation? Mostly not: ")
        .contains("seed pairs, trained_trained, diagonal: accuracy 0.900, R^2 0.950 (copy 0.950)");
  }

  @Test
  void answer_selfPair_standsApartAndIsNotInTheHeadline() {
    add("b", 0, 0, 1, 0.9, 2);
    add("a", 0, 0, 1, 0.9, 0.05);
    Answer answer = answer();
    assertThat(answer.rows())
        .extracting(row -> row.kind())
        .containsExactly(Pair.Kind.SELF, Pair.Kind.SEED);
    assertThat(answer.headline()).startsWith("No: ").contains("works in 1 of 1 cells");
  }

  @Test
  void answer_severalSeeds_judgesTheirMeanAndHasAnInterval() throws IOException {
    // Means 0.8 and an R² of 0.5, of which the copy has 0.95: matches in part
    add("b", 0, 0, 1, 0.9, 0.3);
    add("b", 0, 0, 2, 0.7, 0.7);
    Answer answer = answer();
    Answer.Row row = answer.rows().get(0);
    assertThat(row.cells()).isEqualTo(1);
    assertThat(row.seeds()).isEqualTo(2);
    assertThat(row.verdict()).isEqualTo("works and matches in part in 1 of 1 cell");
    Path csv = directory.resolve("answer.csv");
    AnswerTable.write(answer, csv);
    List<String> lines = Files.readAllLines(csv);
    assertThat(lines).hasSize(2);
    assertThat(lines.get(0))
        .startsWith("pair,condition,copy_solver,region,cells,seeds,vanilla_accuracy,");
    // 0.8 and 12.706 * 0.1 around it
    assertThat(lines.get(1)).startsWith("seed,trained_trained,least_squares,diagonal,1,2,0.8,-0.4");
    assertThat(AnswerTable.of(answer, false).rows().get(0).numbers().get(0))
        .isEqualTo("0.800 ± 1.271");
  }

  @Test
  void answer_nothingMeasured_hasDashesAndNoNaN() throws IOException {
    ReportCell place = Fixtures.place(Condition.RANDOM_RANDOM, "a", "stem", "b", "stem");
    Measurement bare = Measurement.newBuilder().setExamples(1).build();
    cells.addAll(
        CellTable.rows(
            place, Comparison.newBuilder().setTest(bare).build(), Digest.of(new byte[0])));
    Answer answer = answer();
    assertThat(answer.headline()).startsWith("Not answered: no cells of two trained networks");
    assertThat(AnswerTable.text(answer, false))
        .contains("accuracy -, R^2 - (copy -); not measured in 1 of 1 cell");
    Path csv = directory.resolve("answer.csv");
    AnswerTable.write(answer, csv);
    assertThat(Files.readString(csv)).doesNotContain("NaN");
    assertThat(AnswerPlot.draw(answer, false)).doesNotContain("NaN");
  }

  @Test
  void answer_randomReceiver_hasNoBaseline() {
    ReportCell place = Fixtures.place(Condition.TRAINED_RANDOM, "a", "stem", "b", "stem");
    Measurement measured =
        measurement(0.4, 0.5).toBuilder().setReceiver(Fixtures.evaluation(0.1, 1000)).build();
    cells.addAll(
        CellTable.rows(
            place, Comparison.newBuilder().setTest(measured).build(), Digest.of(new byte[0])));
    assertThat(answer().rows().get(0).verdict()).isEqualTo("receiver at chance in 1 of 1 cell");
  }

  private Answer answer() {
    WriteReport report =
        WriteReport.newBuilder()
            .addNetwork(Fixtures.network("a", 1, false, 1, 1))
            .addNetwork(Fixtures.network("b", 2, false, 1, 1))
            .build();
    return Answer.of(new Results(report, new CellTable(cells)));
  }

  private void add(String receiver, int i, int j, long seed, double accuracy, double ev) {
    ReportCell place =
        Fixtures.place(Condition.TRAINED_TRAINED, "a", CUTS.get(i), receiver, CUTS.get(j))
            .toBuilder()
            .setSeed(seed)
            .setCopySolver(CopySolver.LEAST_SQUARES)
            .build();
    cells.addAll(
        CellTable.rows(
            place,
            Comparison.newBuilder().setTest(measurement(accuracy, ev)).build(),
            Digest.of(new byte[0])));
  }

  private static Measurement measurement(double accuracy, double ev) {
    return Measurement.newBuilder()
        .setExamples(1000)
        .setEv(ev)
        .setEs(0.05)
        .setVariance(1)
        .setR2Ceiling(1)
        .setVanilla(Fixtures.evaluation(accuracy, 1000))
        .setCopy(Fixtures.evaluation(0.85, 1000))
        .setReceiver(Fixtures.evaluation(0.9, 1000))
        .build();
  }
}
