package io.stitchflow.transforms;

import static io.stitchflow.transforms.RunSpec.Sharing.DEALT;
import static io.stitchflow.transforms.RunSpec.Sharing.HELPED;
import static io.stitchflow.transforms.RunSpec.Sharing.TAKEN;
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
  void shares_tenThousandGroupsOnAnyRunner_areFewElementsThatLoseNone() {
    List<StageGroup> groups = groups(10_000);
    List<Share> shares = in(2, DEALT, groups).shares(COMPARISON);
    assertThat(shares).hasSize(64);
    assertThat(shares.stream().flatMap(share -> share.getGroupList().stream()))
        .containsExactlyInAnyOrderElementsOf(groups);
  }

  @Test
  void shares_fewGroupsOnAnyRunner_areAnElementEach() {
    assertThat(in(2, DEALT, groups(5)).shares(COMPARISON))
        .hasSize(5)
        .allSatisfy(share -> assertThat(share.getGroupCount()).isEqualTo(1));
  }

  @Test
  void shares_onACluster_areAnElementForEachSlot() {
    assertThat(in(3, HELPED, groups(100)).shares(COMPARISON)).hasSize(3);
  }

  @Test
  void shares_inThisJvm_areAllGroupsForEachLane() {
    List<StageGroup> groups = groups(100);
    assertThat(in(3, TAKEN, groups).shares(COMPARISON))
        .hasSize(3)
        .allSatisfy(
            share -> assertThat(share.getGroupList()).containsExactlyInAnyOrderElementsOf(groups));
  }

  @Test
  void shares_oneGroupInThisJvm_areOneForEachLaneSoThatNoneIsIdle() {
    assertThat(in(3, TAKEN, groups(1)).shares(COMPARISON)).hasSize(3);
    assertThat(in(3, TAKEN, List.of()).shares(COMPARISON)).isEmpty();
  }

  private static RunSpec in(int lanes, RunSpec.Sharing sharing, List<StageGroup> groups) {
    return new RunSpec("run", "store", lanes, sharing, groups);
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
