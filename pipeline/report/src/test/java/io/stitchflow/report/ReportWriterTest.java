package io.stitchflow.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.stage.StageDefinition;
import org.junit.jupiter.api.Test;

class ReportWriterTest {
  @Test
  void executor_ofWriteReport_isFoundOnTheClassPath() {
    assertThat(StageDefinition.named("write_report").executor())
        .isInstanceOf(WriteReportExecutor.class);
  }
}
