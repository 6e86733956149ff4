package io.stitchflow.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.stage.StageDefinition;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.Share;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageGroup;
import io.stitchflow.v1.TrainNetwork;
import io.stitchflow.v1.WriteReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WorkPartitionTest {
  @Test
  void deal_equalGroups_givesEachSlotAsMany() {
    assertThat(WorkPartition.deal(groups(1, 1, 1, 1, 1, 1, 1, 1), 4))
        .hasSize(4)
        .allSatisfy(share -> assertThat(share.getGroupCount()).isEqualTo(2));
  }

  @Test
  void deal_oneLongGroup_givesItASlotAndTheOthersTheRest() {
    List<Share> shares = WorkPartition.deal(groups(1, 2, 9, 1, 3, 2), 2);
    assertThat(costs(shares.get(0))).containsExactly(9.0);
    assertThat(costs(shares.get(1))).containsExactly(3.0, 2.0, 2.0, 1.0, 1.0);
  }

  @Test
  void deal_fewerGroupsThanSlots_leavesNoShareEmpty() {
    assertThat(WorkPartition.deal(groups(2, 1), 5)).hasSize(2);
    assertThat(WorkPartition.deal(groups(), 5)).isEmpty();
  }

  @Test
  void deal_anyGroups_losesNoneAndIsWithinAThirdOfTheBest() {
    for (long seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      double[] costs = random.doubles(random.nextInt(1, 40), 0.1, 10).toArray();
      int slots = random.nextInt(1, 9);
      List<Share> shares = WorkPartition.deal(groups(costs), slots);
      List<Double> dealt = new ArrayList<>();
      shares.forEach(share -> dealt.addAll(costs(share)));
      double sum = 0;
      double longest = 0;
      for (double cost : costs) {
        sum += cost;
        longest = Math.max(longest, cost);
      }
      double makespan = costs(shares.get(0)).stream().mapToDouble(each -> each).sum();
      assertThat(dealt).as("seed %d", seed).hasSize(costs.length);
      // Graham 1969: at most 4/3 of the optimum, which is at least either of these
      assertThat(makespan)
          .as("seed %d", seed)
          .isLessThanOrEqualTo(4 * Math.max(longest, sum / slots) / 3 + longest / 3);
    }
  }

  @Test
  void deal_noSlots_isRefused() {
    assertThatThrownBy(() -> WorkPartition.deal(groups(1), 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("but was: 0");
  }

  @Test
  void costliestFirst_plan_hasWholeGroupsOfTheKind() {
    Plan plan =
        Plan.newBuilder()
            .addStage(network("a", "one", 3))
            .addStage(network("b", "two", 2))
            .addStage(network("c", "two", 2))
            .addStage(network("d", "three", 1))
            .addStage(
                Stage.newBuilder()
                    .setGroup("report")
                    .setAction(Action.newBuilder().setWriteReport(WriteReport.newBuilder())))
            .build();
    assertThat(WorkPartition.costliestFirst(plan, StageDefinition.named("train_network")))
        .extracting(group -> group.getStageList().stream().map(Stage::getId).toList())
        .containsExactly(List.of("b", "c"), List.of("a"), List.of("d"));
  }

  private static Stage network(String id, String group, double cost) {
    return Stage.newBuilder()
        .setId(id)
        .setGroup(group)
        .setCost(cost)
        .setAction(Action.newBuilder().setTrainNetwork(TrainNetwork.newBuilder()))
        .build();
  }

  private static List<StageGroup> groups(double... costs) {
    List<StageGroup> groups = new ArrayList<>();
    for (double cost : costs) {
      groups.add(StageGroup.newBuilder().addStage(Stage.newBuilder().setCost(cost)).build());
    }
    return groups;
  }

  private static List<Double> costs(Share share) {
    return share.getGroupList().stream().map(group -> group.getStage(0).getCost()).toList();
  }
}
