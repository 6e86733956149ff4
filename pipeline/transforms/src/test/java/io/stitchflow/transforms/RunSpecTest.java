package io.stitchflow.transforms;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.stage.StageDefinition;
import io.stitchflow.v1.Share;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageGroup;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunSpecTest {
  private static final StageDefinition COMPARISON = StageDefinition.named("compare_stitches");

  @Test
  void shares_tenThousandGroupsInOneProcess_areFewElementsThatLoseNone() {
    List<StageGroup> groups = groups(10_000);
    List<Share> shares = in(2, 0, groups).shares(COMPARISON);
    assertThat(shares).hasSize(64);
    assertThat(shares.stream().flatMap(share -> share.getGroupList().stream()))
        .containsExactlyInAnyOrderElementsOf(groups);
  }

  @Test
  void shares_fewGroupsInOneProcess_areAnElementEach() {
    assertThat(in(2, 0, groups(5)).shares(COMPARISON))
        .hasSize(5)
        .allSatisfy(share -> assertThat(share.getGroupCount()).isEqualTo(1));
  }

  @Test
  void shares_onACluster_areAnElementForEachSlot() {
    assertThat(in(2, 3, groups(100)).shares(COMPARISON)).hasSize(3);
  }

  private static RunSpec in(int lanes, int slots, List<StageGroup> groups) {
    return new RunSpec("run", "store", lanes, slots, groups);
  }

  private static List<StageGroup> groups(int number) {
    List<StageGroup> groups = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      Stage.Builder stage = Stage.newBuilder().setId("compare " + i);
      stage.getActionBuilder().getCompareStitchesBuilder();
      groups.add(StageGroup.newBuilder().addStage(stage).build());
    }
    return groups;
  }
}
