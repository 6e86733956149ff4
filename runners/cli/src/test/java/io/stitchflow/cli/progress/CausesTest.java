package io.stitchflow.cli.progress;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.v1.StageResult;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CausesTest {
  private static StageResult failed(String stage, String message) {
    return StageResult.newBuilder().setStage(stage).setMessage(message).build();
  }

  @Test
  void lines_messagesThatDifferInNumbersAndNames_areOneCause() {
    List<StageResult> failed = new ArrayList<>();
    for (int i = 1; i <= 5; i++) {
      failed.add(
          failed("train n" + i, "network 'n" + i + "': the loss is not finite in step " + i));
    }
    failed.add(2, failed("import data set", "data_batch_1.bin: label 77 is above 9"));
    assertThat(Causes.of(failed).lines())
        .containsExactly(
            "train n1, train n2, train n3 and 2 more: network 'n1': the loss is not finite in step 1",
            "import data set: data_batch_1.bin: label 77 is above 9");
  }

  @Test
  void lines_manyCauses_areCutAndCounted() {
    List<StageResult> failed = new ArrayList<>();
    for (char c = 'a'; c <= 'z'; c++) {
      failed.add(failed("train " + c, "cause z" + c));
    }
    assertThat(Causes.of(failed).lines())
        .hasSize(21)
        .last()
        .isEqualTo("and 6 stages for other causes; run.json has their messages");
    assertThat(Causes.of(List.of()).lines()).isEmpty();
  }
}
