package io.stitchflow.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.artifacts.Digest;
import io.stitchflow.v1.Comparison;
import io.stitchflow.v1.Condition;
import io.stitchflow.v1.Measurement;
import io.stitchflow.v1.ReportCell;
import io.stitchflow.v1.WriteReport;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MeansTest {
  private static final List<String> CUTS = List.of("stem", "layer1.0", "layer2.0");
  private final List<Cell> cells = new ArrayList<>();

  @Test
  void means_twoSeeds_areOverCellsThenSeeds() {
    // Lower: (1,0), (2,0), (2,1)
    add(1, 0, 1, 0.3);
    add(2, 0, 1, 0.6);
    add(2, 1, 1, 0.9);
    add(1, 0, 2, 0.4);
    add(2, 0, 2, 0.7);
    add(2, 1, 2, 1.0);
    add(0, 0, 1, 0.5);
    Means means = means();
    assertThat(means.headings()).containsExactly("vanilla accuracy");
    assertThat(means.blocks()).hasSize(1);
    // Means of the seeds are 0.6 and 0.7; half of their interval 12.706 * 0.1 / 2
    assertThat(means.blocks().get(0).rows())
        .containsExactly(
            new Means.Row("lower", 3, List.of("0.650 ± 0.635")),
            new Means.Row("diagonal", 1, List.of("0.500")));
  }

  @Test
  void means_copyNearerInSomeCells_countsThem() {
    WriteReport report = report();
    cells.addAll(rows(0, 0, Fixtures.comparison(0.5, 0.5, 2, 1, 4)));
    cells.addAll(rows(1, 1, Fixtures.comparison(0.5, 0.5, 1, 2, 4)));
    Results results = new Results(report, new CellTable(cells));
    Means means = Means.of(results, results.pairs(), Split.TEST);
    assertThat(means.headings()).last().isEqualTo("ES < EV");
    assertThat(means.blocks().get(0).first().numbers()).last().isEqualTo("50.0 %");
  }

  private Means means() {
    Results results = new Results(report(), new CellTable(cells));
    return Means.of(results, results.pairs(), Split.TEST);
  }

  private static WriteReport report() {
    return WriteReport.newBuilder().addNetwork(Fixtures.network("a", 1, false, 1, 1)).build();
  }

  private void add(int i, int j, long seed, double accuracy) {
    Measurement measurement =
        Measurement.newBuilder().setVanilla(Fixtures.evaluation(accuracy, 1000)).build();
    for (Cell row : rows(i, j, Comparison.newBuilder().setTest(measurement).build())) {
      ReportCell place = row.place().toBuilder().setSeed(seed).build();
      cells.add(new Cell(place, row.split(), row.measurement(), row.comparison()));
    }
  }

  private static List<Cell> rows(int i, int j, Comparison comparison) {
    return CellTable.rows(
        Fixtures.place(Condition.TRAINED_TRAINED, "a", CUTS.get(i), "a", CUTS.get(j)),
        comparison,
        Digest.of(new byte[0]));
  }
}
