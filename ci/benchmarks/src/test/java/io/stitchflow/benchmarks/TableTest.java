package io.stitchflow.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {
  private static final Table TABLE =
      new Table(
          List.of(
              new Line(
                  new Line.Question("train", "a \"net\"", "PyTorch", "s", Goal.atLeast(1.05)),
                  new MedianInterval(1.234, 1.2, 1.3, 8),
                  0.5,
                  0.617,
                  2),
              new Line(
                  new Line.Question("memory", "pair", "PyTorch", "MiB", Goal.statedCost()),
                  new MedianInterval(2, Double.NaN, Double.NaN, 1),
                  1200,
                  600,
                  2)));

  @Test
  void markdown_lines_standUnderTheirHeadings() {
    assertThat(TABLE.markdown().lines())
        .contains(
            "| train | a \"net\" | PyTorch | >= 1.05, met | 1.23 | 1.2 to 1.3 | 8 | 0.5 | 0.617 | s"
                + " | 2.0 |",
            "| memory | pair | PyTorch | stated | 2 | - | 1 | 1,200 | 600 | MiB | 2.0 |");
  }

  @Test
  void markdown_end_namesMachineAndVersions() {
    assertThat(TABLE.markdown()).contains(" x ", "Java " + System.getProperty("java.version"));
  }

  @Test
  void json_lines_haveTheNumbersOfTheTable() {
    assertThat(TABLE.json())
        .contains(
            "\"workload\": \"a \\\"net\\\"\"",
            "\"ratio\": 1.234, \"low\": 1.2, \"high\": 1.3, \"rounds\": 8",
            "\"ratio\": 2.0, \"low\": null, \"high\": null, \"rounds\": 1");
  }

  @Test
  void number_anySize_hasThreeDigits() {
    assertThat(Line.number(0.000123456)).isEqualTo("0.000123");
    assertThat(Line.number(1)).isEqualTo("1");
    assertThat(Line.number(10)).isEqualTo("10");
    assertThat(Line.number(99.96)).isEqualTo("100");
    assertThat(Line.number(12345.6)).isEqualTo("12,346");
  }
}
