package io.stitchflow.report.cells;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.comparison.MeasuredValues;
import io.stitchflow.comparison.Metrics;
import io.stitchflow.content.Digest;
import io.stitchflow.v1.Measurement;
import io.stitchflow.v1.ReportCell;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CellTest {
  @Test
  void number_notMeasured_isEmpty() {
    Cell cell = cell(Measurement.getDefaultInstance());
    for (Column column : Column.of(Metrics.all())) {
      if (column.kind() == Column.Kind.REAL) {
        assertThat(column.write(cell)).as(column.name()).isEmpty();
      }
    }
  }

  @Test
  void number_thatIsNone_isEmpty() {
    Cell cell =
        cell(
            Measured.on(1)
                .put("ev", Double.NaN)
                .put("variance", 1)
                .put("vanilla_cka", Double.NaN)
                .build());
    for (Column column : Column.of(Metrics.all())) {
      if (List.of("ev", "r2_vanilla", "vanilla_cka").contains(column.name())) {
        assertThat(column.write(cell)).as(column.name()).isEmpty();
      }
    }
  }

  @Test
  void number_ofSeveralRows_isThatOfTheRow() {
    Cell cell = cell(Measurement.getDefaultInstance()).with(new Shared(0.5, 0.25));
    assertThat(cell.number(Shared.GAP)).isEqualTo(0.5);
    assertThat(cell.number(Shared.COPY_R2_DROP)).isEqualTo(0.25);
    assertThat(cell.number(Metrics.quantity("ev"))).isNull();
  }

  private static Cell cell(Measurement measurement) {
    return new Cell(
        ReportCell.getDefaultInstance(),
        Split.TEST,
        MeasuredValues.of(measurement),
        Digest.of(new byte[0]),
        Shared.NONE);
  }
}
