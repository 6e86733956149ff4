package io.stitchflow.report.figure;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.comparison.Metrics;
import io.stitchflow.comparison.Quantity;
import io.stitchflow.content.Digest;
import io.stitchflow.report.cells.Cell;
import io.stitchflow.report.cells.CellTable;
import io.stitchflow.report.cells.Fixtures;
import io.stitchflow.report.cells.NetworkRow;
import io.stitchflow.report.cells.Results;
import io.stitchflow.report.cells.Shared;
import io.stitchflow.v1.Comparison;
import io.stitchflow.v1.Condition;
import io.stitchflow.v1.ReportNetwork;
import io.stitchflow.v1.WriteReport;
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
    assertThat(matrices(new CellTable(cells), "a", "b"))
        .contains(
            "Vanilla accuracy: a -> b, trained_trained, test\n", "R^2 of the vanilla stitch: ")
        .endsWith(
            "Vanilla accuracy, mean over all cells, test: trained_trained 0.500, random_trained"
                + " 0.500\n");
  }

  @Test
  void matrices_pairsThatDifferInNamesOnly_countOnceInTheMean() {
    List<Cell> cells = new ArrayList<>(cell("a", "stem", "b", "stem", 2));
    cells.addAll(cell("twin", "stem", "b", "stem", 2));
    Comparison none = Fixtures.comparison(0, 0.5, 2, 1, 2);
    cells.addAll(rows(Condition.TRAINED_TRAINED, "b", "stem", "b", "stem", none));
    cells.addAll(rows(Condition.RANDOM_TRAINED, "b", "stem", "b", "stem", none));
    // 0.5 of a and of its twin, and 0
    assertThat(matrices(new CellTable(cells), "a", "b", "twin"))
        .endsWith("test: trained_trained 0.250, random_trained 0.000\n");
  }

  @Test
  void plain_wideNumbers_haveASpaceBeforeThem() {
    CellTable table = new CellTable(cell("a", "stem", "b", "stem", 5e10));
    assertThat(plain(table, "a", "b", R2_VANILLA))
        .isEqualTo(
            """
            R^2 of the vanilla stitch: a -> b, trained_trained, test
            sender \\ receiver    stem
                         stem -2.5e10
            """);
    List<Cell> marked =
        table.cells().stream().map(cell -> cell.with(new Shared(0.5, null))).toList();
    assertThat(plain(new CellTable(marked), "a", "b", R2_VANILLA))
        .contains("             stem -2.5e10*\n");
  }

  /** The file of a report whose networks are these; {@code twin} has the weights of {@code a}. */
  private static String matrices(CellTable table, String... names) {
    WriteReport.Builder report = WriteReport.newBuilder();
    List<NetworkRow> rows = new ArrayList<>();
    for (String name : names) {
      ReportNetwork network = Fixtures.network(name, 1, false, 1, 1);
      report.addNetwork(network);
      String weights = name.equals("twin") ? "a" : name;
      for (ReportNetwork state : List.of(network, Fixtures.random(network))) {
        rows.add(
            NetworkRow.of(
                state, Fixtures.curve(0.9), weights + state.getRandom(), "", Fixtures.TEN_CLASSES));
      }
    }
    Results results = new Results(report.build(), table, rows, Fixtures.TEN_CLASSES);
    return TerminalMatrices.plain(TerminalMatrices.of(table, results));
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
    return rows(
        Condition.TRAINED_TRAINED,
        sender,
        senderCut,
        receiver,
        receiverCut,
        Fixtures.comparison(0.5, 0.5, ev, 1, 2));
  }

  private static List<Cell> rows(
      Condition condition,
      String sender,
      String senderCut,
      String receiver,
      String receiverCut,
      Comparison comparison) {
    return CellTable.rows(
        Fixtures.place(condition, sender, senderCut, receiver, receiverCut),
        comparison,
        Digest.of(new byte[0]));
  }
}
