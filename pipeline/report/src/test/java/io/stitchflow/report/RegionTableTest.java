package io.stitchflow.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.comparison.Quantity;
import io.stitchflow.content.Digest;
import io.stitchflow.report.cells.Cell;
import io.stitchflow.report.cells.CellTable;
import io.stitchflow.report.cells.Fixtures;
import io.stitchflow.report.cells.Measured;
import io.stitchflow.report.cells.NetworkRow;
import io.stitchflow.report.cells.Results;
import io.stitchflow.report.cells.Shared;
import io.stitchflow.report.cells.Split;
import io.stitchflow.v1.Comparison;
import io.stitchflow.v1.Condition;
import io.stitchflow.v1.Measurement;
import io.stitchflow.v1.ReportCell;
import io.stitchflow.v1.ReportNetwork;
import io.stitchflow.v1.WriteReport;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RegionTableTest {
  private static final List<String> CUTS = List.of("stem", "layer1.0", "layer2.0");
  private static final ReportNetwork A = Fixtures.network("a", 1, false, 1, 1);
  private static final ReportNetwork TWIN = Fixtures.network("twin", 1, false, 1, 1);
  private final List<Cell> cells = new ArrayList<>();

  @Test
  void table_twoSeeds_haveTheirMeanAndRangeOfEachMean() {
    // Lower: (1,0), (2,0), (2,1)
    add(1, 0, 1, 0.3);
    add(2, 0, 1, 0.6);
    add(2, 1, 1, 0.9);
    add(1, 0, 2, 0.4);
    add(2, 0, 2, 0.7);
    add(2, 1, 2, 1.0);
    add(0, 0, 1, 0.5);
    RegionTable table = table();
    assertThat(table.headings()).containsExactly("vanilla accuracy");
    assertThat(table.blocks()).hasSize(1);
    // Means of the seeds are 0.6 and 0.7; two give no interval
    assertThat(table.blocks().get(0).rows())
        .containsExactly(
            new RegionTable.Row("lower", "3", List.of("0.650 (0.600 to 0.700)")),
            new RegionTable.Row("diagonal", "1", List.of("0.500")));
  }

  @Test
  void table_copyNearerInSomeCells_countsThem() {
    cells.addAll(rows(0, 0, Fixtures.comparison(0.5, 0.5, 2, 1, 4)));
    cells.addAll(rows(1, 1, Fixtures.comparison(0.5, 0.5, 1, 2, 4)));
    RegionTable table = table();
    assertThat(table.headings()).last().isEqualTo("ES < EV");
    assertThat(table.blocks().get(0).first().numbers()).last().isEqualTo("50 %");
  }

  @Test
  void table_oneHugeError_doesNotDecideWhatIsShown() {
    // R² 0.75, 0.5, 0.25 and −249,999,999
    cells.addAll(rows(1, 0, Fixtures.comparison(0.5, 0.5, 1, 1, 4)));
    cells.addAll(rows(2, 0, Fixtures.comparison(0.5, 0.5, 2, 1, 4)));
    cells.addAll(rows(2, 1, Fixtures.comparison(0.5, 0.5, 3, 1, 4)));
    cells.addAll(rows(1, 1, Fixtures.comparison(0.5, 0.5, 1e9, 1, 4)));
    RegionTable table = table();
    assertThat(table.headings())
        .contains(
            "R² vanilla, median (quartiles)",
            "EV, median (quartiles)",
            "SV, median (quartiles)",
            "R² vanilla > 0")
        .doesNotContain("R² vanilla", "EV");
    int r2 = table.headings().indexOf("R² vanilla, median (quartiles)");
    assertThat(table.blocks().get(0).rows())
        .extracting(row -> row.numbers().subList(r2, r2 + 2))
        .containsExactly(List.of("0.500 (0.375 to 0.625)", "100 %"), List.of("−2.5e8", "0 %"));
  }

  @Test
  void table_notConvergedCells_areCounted() {
    add(1, 0, 1, 0.3);
    add(2, 0, 1, 0.6);
    cells.set(1, cells.get(1).with(new Shared(0.5, null)));
    assertThat(table().blocks().get(0).first().cells()).isEqualTo("2, 1 †");
  }

  @Test
  void table_pairsThatDifferInNamesOnly_countOnce() {
    add(1, 0, 1, 0.3);
    add(2, 0, 1, 0.6);
    for (Cell row : List.copyOf(cells)) {
      ReportCell twin = row.place().toBuilder().setSender("twin").build();
      cells.add(new Cell(twin, row.split(), row.values(), row.comparison(), row.shared()));
    }
    assertThat(table().blocks().get(0).first().cells()).isEqualTo("2");
  }

  private RegionTable table() {
    WriteReport report = WriteReport.newBuilder().addNetwork(A).addNetwork(TWIN).build();
    NetworkRow a = Fixtures.row(A);
    NetworkRow twin =
        NetworkRow.of(TWIN, Fixtures.curve(0.9), a.digest(), "", Fixtures.TEN_CLASSES);
    Results results =
        new Results(report, new CellTable(cells), List.of(a, twin), Fixtures.TEN_CLASSES);
    return RegionTable.of(results, results.pairs(), Split.TEST, Quantity.Table.MAIN);
  }

  private void add(int i, int j, long seed, double accuracy) {
    Measurement measurement =
        Measured.on(1000).network("vanilla", Fixtures.evaluation(accuracy, 1000)).build();
    for (Cell row : rows(i, j, Comparison.newBuilder().setTest(measurement).build())) {
      ReportCell place = row.place().toBuilder().setSeed(seed).build();
      cells.add(new Cell(place, row.split(), row.values(), row.comparison(), row.shared()));
    }
  }

  private static List<Cell> rows(int i, int j, Comparison comparison) {
    return CellTable.rows(
        Fixtures.place(Condition.TRAINED_TRAINED, "a", CUTS.get(i), "a", CUTS.get(j)),
        comparison,
        Digest.of(new byte[0]));
  }
}
