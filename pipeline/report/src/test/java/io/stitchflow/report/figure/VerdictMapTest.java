package io.stitchflow.report.figure;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.comparison.MeasuredValues;
import io.stitchflow.comparison.Metrics;
import io.stitchflow.comparison.Quantity;
import io.stitchflow.content.Digest;
import io.stitchflow.report.cells.Cell;
import io.stitchflow.report.cells.Fixtures;
import io.stitchflow.report.cells.JudgedCell;
import io.stitchflow.report.cells.Measured;
import io.stitchflow.report.cells.Pair;
import io.stitchflow.report.cells.Shared;
import io.stitchflow.report.cells.Split;
import io.stitchflow.report.cells.Verdict;
import io.stitchflow.v1.Condition;
import io.stitchflow.v1.Measurement;
import io.stitchflow.v1.ReportCell;
import io.stitchflow.v1.ReportNetwork;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Maps of 2 x 2 cells, of which the last was not compared. */
final class VerdictMapTest {
  private static final Quantity COST = Metrics.quantity("cost_of_matching");
  private static final List<String> CUTS = List.of("stem", "layer1.0");
  private static final Pair PAIR = new Pair(network("a"), network("b"));

  private final List<JudgedCell> cells =
      List.of(
          cell(0, 0, Verdict.WORKS_AS_WELL, 0.01),
          cell(0, 1, Verdict.COSTS, 0.3),
          cell(1, 0, Verdict.UNDECIDED, 0.2));
  private final VerdictMatrix verdicts = VerdictMatrix.of(cells, CUTS, CUTS);

  @Test
  void verdicts_ofAPair_areNamedInTheirCellsAndCountedInTheLegend() {
    String svg = new VerdictMap("a to b", PAIR).draw(verdicts);
    assertThat(texts(svg))
        .containsSubsequence("as well", "costs", "close")
        .contains(
            "as well: a matching stitch works as well (1)",
            "costs: matching costs points (1)",
            "close: too close to call (1)")
        .noneMatch(text -> text.contains("not converged"));
    assertThat(svg)
        .contains(
            "<title>stem → layer1.0: matching costs points</title>",
            "<title>layer1.0 → layer1.0: not measured</title>");
  }

  @Test
  void verdicts_withoutAnswer_areGreyAndOthersAreNot() {
    assertThat(Verdict.values())
        .allSatisfy(
            verdict ->
                assertThat(verdict.color().equals(Verdict.UNKNOWN.color()))
                    .as(verdict.text())
                    .isEqualTo(!verdict.judged()));
  }

  @Test
  void costOfMatching_withoutAVerdictAboutMatching_isNoColour() {
    Matrix matrix = Matrix.of(rows(), CUTS, CUTS, COST).with(verdicts);
    String svg = new HeatMap("Cost of matching", "a to b", PAIR, COST, 0.1).draw(matrix);
    assertThat(matrix.open()).isEqualTo(1);
    assertThat(svg)
        .contains(
            "<title>stem → layer1.0: 0.3</title>",
            "<title>layer1.0 → stem: 0.2; no verdict about matching</title>");
    assertThat(fillAfter(svg, "layer1.0 → stem")).isEqualTo(CellMap.UNKNOWN);
    assertThat(fillAfter(svg, "stem → layer1.0")).isEqualTo(ColorMap.of(COST).color(0.3));
  }

  @Test
  void otherQuantities_withoutAVerdict_areDrawnAsEver() {
    Quantity accuracy = Metrics.quantity("vanilla_accuracy");
    assertThat(Matrix.of(rows(), CUTS, CUTS, accuracy).with(verdicts).open()).isZero();
  }

  private List<Cell> rows() {
    return cells.stream().flatMap(cell -> cell.rows().stream()).toList();
  }

  private static JudgedCell cell(int row, int column, Verdict verdict, double cost) {
    ReportCell place =
        Fixtures.place(Condition.TRAINED_TRAINED, "a", CUTS.get(row), "b", CUTS.get(column));
    Measurement test =
        Measured.like(Fixtures.comparison(0.8, 0.8, 0.1, 0.1, 2).getTest())
            .put("cost_of_matching", cost)
            .build();
    Cell cell =
        new Cell(place, Split.TEST, MeasuredValues.of(test), Digest.of(new byte[0]), Shared.NONE);
    return new JudgedCell(PAIR, List.of(cell), verdict);
  }

  private static ReportNetwork network(String name) {
    return ReportNetwork.newBuilder().setName(name).addAllCut(CUTS).build();
  }

  private static String fillAfter(String svg, String tip) {
    return Pattern.compile(" fill=\"(#[0-9a-f]{6})\"")
        .matcher(svg.substring(svg.indexOf("<title>" + tip)))
        .results()
        .map(result -> result.group(1))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> texts(String svg) {
    List<String> texts = new ArrayList<>();
    Pattern.compile("<text[^>]*>([^<]*)</text>")
        .matcher(svg)
        .results()
        .map((MatchResult result) -> result.group(1))
        .forEach(texts::add);
    return texts;
  }
}
