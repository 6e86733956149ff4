package io.stitchflow.cli.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.stitchflow.code.StageCode;
import io.stitchflow.content.ActionKeys;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.SolveCopyStitch;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.WriteReport;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class PlansTest {
  private static final StageDefinition SOLVED = StageDefinition.named("solve_copy_stitch");
  private static final StageDefinition REPORT = StageDefinition.named("write_report");

  private static final Plan PLAN =
      Plan.newBuilder()
          .addStage(
              stage(Action.newBuilder().setSolveCopyStitch(SolveCopyStitch.getDefaultInstance())))
          .addStage(stage(Action.newBuilder().setWriteReport(WriteReport.getDefaultInstance())))
          .build();

  @Test
  void withCode_ofOneStageChanged_changesThatStagesKeyOnly() {
    Plan before = Plans.withCode(PLAN, Map.of(SOLVED, code("a"), REPORT, code("b")));
    Plan after = Plans.withCode(PLAN, Map.of(SOLVED, code("a"), REPORT, code("c")));
    assertThat(after.getStage(0)).isEqualTo(before.getStage(0));
    assertThat(ActionKeys.key(after.getStage(1).getAction()))
        .isNotEqualTo(ActionKeys.key(before.getStage(1).getAction()));
    assertThat(before.getStage(0).getAction().toBuilder().clearCode().build())
        .isEqualTo(PLAN.getStage(0).getAction());
  }

  @Test
  void withCode_stageThatNothingComputes_isABug() {
    assertThatIllegalStateException()
        .isThrownBy(() -> Plans.withCode(PLAN, Map.of(REPORT, code("b"))))
        .withMessageContaining("nothing here computes");
  }

  private static Stage.Builder stage(Action.Builder action) {
    return Stage.newBuilder().setId("stage").setAction(action);
  }

  private static StageCode code(String hash) {
    return new StageCode(new TreeMap<>(Map.of("io.stitchflow.Sample", hash)));
  }
}
