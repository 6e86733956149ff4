package io.stitchflow.benchmarks.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageGroup;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimulatedClusterTest {
  @Test
  void time_slowWorker_costsOneOfItsGroupsIfOthersHelp() {
    SimulatedCluster cluster = cluster(List.of(groups(1, 1, 1, 1)), 1, 0.4);
    assertThat(cluster.leastTime()).isEqualTo(4 / 1.4);
    assertThat(cluster.time(false)).as("two of 2.5 s").isEqualTo(5);
    assertThat(cluster.time(true)).as("its second one by the fast worker").isEqualTo(3);
  }

  @Test
  void time_kinds_startOneAfterAnother() {
    SimulatedCluster cluster = cluster(List.of(groups(4), groups(1, 1)), 1, 1);
    assertThat(cluster.leastTime()).isEqualTo(3);
    assertThat(cluster.leastTimeKindByKind()).isEqualTo(5);
    assertThat(cluster.time(false)).isEqualTo(5);
    assertThat(cluster.time(true)).isEqualTo(5);
  }

  private static SimulatedCluster cluster(
      List<List<SimulatedCluster.Group>> kinds, double... speeds) {
    return new SimulatedCluster(kinds, speeds);
  }

  private static List<SimulatedCluster.Group> groups(double... costs) {
    List<SimulatedCluster.Group> groups = new ArrayList<>();
    for (double cost : costs) {
      Stage.Builder stage = Stage.newBuilder().setId("stage " + groups.size()).setCost(cost);
      groups.add(new SimulatedCluster.Group(StageGroup.newBuilder().addStage(stage).build(), cost));
    }
    return groups;
  }
}
