package io.stitchflow.report.cells;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.content.Digest;
import io.stitchflow.v1.Evaluation;
import io.stitchflow.v1.Measurement;
import io.stitchflow.v1.ReportCell;
import org.junit.jupiter.api.Test;

final class CellTest {
  @Test
  void r2_knownVariance_isOneMinusMseOverVariance() {
    Cell cell = cell(Measurement.newBuilder().setEv(3).setEs(0.5).setVariance(2).build());
    assertThat(cell.r2Vanilla()).isEqualTo(-0.5);
    assertThat(cell.r2Copy()).isEqualTo(0.75);
  }

  @Test
  void r2_constantRepresentation_isEmpty() {
    Cell cell = cell(Measurement.newBuilder().setEv(3).setEs(0).setVariance(0).build());
    assertThat(cell.r2Vanilla()).isNull();
    assertThat(cell.r2Copy()).isNull();
  }

  @Test
  void penalty_stitchedWorseThanReceiver_isTheAccuracyLost() {
    Cell cell =
        cell(
            Measurement.newBuilder()
                .setReceiver(of(9, 10))
                .setVanilla(of(8, 10))
                .setCopy(of(10, 10))
                .build());
    assertThat(cell.vanillaAccuracy()).isEqualTo(0.8);
    assertThat(cell.vanillaPenalty()).isEqualTo(0.1);
    assertThat(cell.copyPenalty()).isEqualTo(-0.1);
  }

  @Test
  void number_notMeasured_isEmpty() {
    Cell cell = cell(Measurement.getDefaultInstance());
    for (Column column : Column.values()) {
      if (column.kind() == Column.Kind.REAL) {
        assertThat(column.write(cell)).as(column.text()).isEmpty();
      }
    }
  }

  @Test
  void number_thatIsNone_isEmpty() {
    Cell cell =
        cell(
            Measurement.newBuilder()
                .setEv(Double.NaN)
                .setVariance(1)
                .setVanillaCka(Double.NaN)
                .build());
    assertThat(Column.EV.write(cell)).isEmpty();
    assertThat(Column.R2_VANILLA.write(cell)).isEmpty();
    assertThat(Column.VANILLA_CKA.write(cell)).isEmpty();
  }

  @Test
  void atTheEnd_severalLaterCuts_isTheLast() {
    Cell cell = cell(Fixtures.everything().getTest());
    assertThat(cell.vanillaR2AtTheEnd()).isEqualTo(0.25);
    assertThat(cell.copyR2AtTheEnd()).isEqualTo(0.75);
    assertThat(cell.controlAccuracy(ControlStitch.IDENTITY)).isEqualTo(0.7);
    // 1 - 0.9 / 2
    assertThat(cell.controlR2(ControlStitch.RANDOM)).isEqualTo(0.55);
  }

  private static Evaluation of(int correct, int examples) {
    return Evaluation.newBuilder().setCorrect(correct).setExamples(examples).build();
  }

  private static Cell cell(Measurement measurement) {
    return new Cell(
        ReportCell.getDefaultInstance(),
        Split.TEST,
        measurement,
        Digest.of(new byte[0]),
        Shared.NONE);
  }
}
