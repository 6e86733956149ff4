package io.stitchflow.report.figure;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.comparison.Metrics;
import io.stitchflow.comparison.Quantity;
import io.stitchflow.content.Digest;
import io.stitchflow.report.cells.Cell;
import io.stitchflow.report.cells.CellTable;
import io.stitchflow.report.cells.Fixtures;
import io.stitchflow.report.cells.Shared;
import io.stitchflow.v1.Condition;
import io.stitchflow.v1.ReportNetwork;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TerminalMatrixTest {
  private static final Quantity VANILLA_ACCURACY = Metrics.quantity("vanilla_accuracy");
  private static final Quantity R2_VANILLA = Metrics.quantity("r2_vanilla");

  @Test
  void plain_smallPair_isAlignedAndSaysWhatIsMissing() {
    assertThat(plain(table("a", "b"), "a", "b", R2_VANILLA))
        .isEqualTo(
            """
            R^2 of the vanilla stitch: a -> b, trained_trained, test
            sender \\ receiver   stem    1.0    2.0
                         stem      0  0.500 -1.000
                     layer1.0  0.500      0      .
            """);
  }

  @Test
  void plain_markedCells_haveASpaceBeforeThemAndALegend() {
    List<Cell> cells =
        table("a", "b").cells().stream().map(cell -> cell.with(new Shared(0.5, null))).toList();
    assertThat(plain(new CellTable(cells), "a", "b", R2_VANILLA))
        .isEqualTo(
            """
            R^2 of the vanilla stitch: a -> b, trained_trained, test
            sender \\ receiver   stem    1.0    2.0
                         stem     0* 0.500* -1.00*
                     layer1.0 0.500*     0*      .
            * not converged: 5 cells
            """);
  }

  @Test
  void plain_nineByNine_fitsEightyColumns() {
    ReportNetwork network = Fixtures.network("a", 1, false, 2, 2, 2, 2);
    List<Cell> cells = new ArrayList<>();
    for (String senderCut : network.getCutList()) {
      for (String receiverCut : network.getCutList()) {
        cells.addAll(cell("a", senderCut, "a", receiverCut, 1));
      }
    }
    String text = plain(new CellTable(cells), "a", "a", VANILLA_ACCURACY);
    assertThat(text.lines()).hasSize(11).allMatch(line -> line.length() <= 80);
  }

  @Test
  void colored_matrix_hasEscapeSequences() {
    TerminalMatrix matrix = TerminalMatrix.of(table("a", "b"), "a", "b", Condition.TRAINED_TRAINED);
    assertThat(matrix.colored(R2_VANILLA)).contains("\u001b[48;5;", "  0.500\u001b[0m");
  }

  @Test
  void plain_pairThatWasNotRun_isEmpty() {
    assertThat(plain(table("a", "b"), "b", "a", VANILLA_ACCURACY)).isEmpty();
  }

  @Test
  void matrices_twoConditions_haveOneNumberForEach() {
    List<Cell> cells = new ArrayList<>(table("a", "b").cells());
    Cell random = cells.get(1);
    cells.add(
        new Cell(
            random.place().toBuilder().setCondition(Condition.RANDOM_TRAINED).build(),
            random.split(),
            random.values(),
            random.comparison(),
            random.shared()));
    assertThat(TerminalMatrices.plain(TerminalMatrices.of(new CellTable(cells))))
        .contains(
            "Vanilla accuracy: a -> b, trained_trained, test\n", "R^2 of the vanilla stitch: ")
        .endsWith(
            "Vanilla accuracy, mean over all cells, test: trained_trained 0.500, random_trained"
                + " 0.500\n");
  }

  private static String plain(CellTable table, String sender, String receiver, Quantity quantity) {
    return TerminalMatrices.plain(
        TerminalMatrix.of(table, sender, receiver, Condition.TRAINED_TRAINED).colored(quantity));
  }

  /** EV of variance 2, row by row; the last cell is missing. */
  private static CellTable table(String sender, String receiver) {
    List<Cell> cells = new ArrayList<>();
    cells.addAll(cell(sender, "stem", receiver, "stem", 2));
    cells.addAll(cell(sender, "stem", receiver, "layer1.0", 1));
    cells.addAll(cell(sender, "stem", receiver, "layer2.0", 4));
    cells.addAll(cell(sender, "layer1.0", receiver, "stem", 1));
    cells.addAll(cell(sender, "layer1.0", receiver, "layer1.0", 2));
    return new CellTable(cells);
  }

  private static List<Cell> cell(
      String sender, String senderCut, String receiver, String receiverCut, double ev) {
    return CellTable.rows(
        Fixtures.place(Condition.TRAINED_TRAINED, sender, senderCut, receiver, receiverCut),
        Fixtures.comparison(0.5, 0.5, ev, 1, 2),
        Digest.of(new byte[0]));
  }
}
