package io.stitchflow.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.v1.Action;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.ReportCell;
import io.stitchflow.v1.ReportNetwork;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.WriteReport;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A report of the networks a, b and s, which sends two representations, and three cells. */
class PartialReportTest {
  private static final List<String> STAGES =
      List.of("data", "train a", "train b", "s/x", "s/y", "a -> a", "b -> a", "s -> a");

  private static final Plan PLAN = plan();

  @Test
  void of_oneNetworkWithoutAResult_leavesItAndItsCellsOut() {
    Plan partial = of(Set.of("data", "train a", "s/x", "s/y", "a -> a", "s -> a"));
    assertThat(partial.getStageList())
        .extracting(Stage::getId)
        .containsExactly("data", "train a", "s/x", "s/y", "a -> a", "s -> a", "report");
    Stage report = partial.getStage(6);
    assertThat(report.getDependencyList())
        .extracting(each -> each.getRole() + " is " + each.getStage())
        .containsExactly(
            "test is data",
            "training[0] is train a",
            "network[0] is train a",
            "representation[1,0] is s/x",
            "representation[1,1] is s/y",
            "comparison[0] is a -> a",
            "stitch_training[0,0] is a -> a",
            "comparison[1] is s -> a",
            "stitch_training[1,0] is s -> a");
    WriteReport parameters = report.getAction().getWriteReport();
    assertThat(parameters.getNetworkList())
        .extracting(ReportNetwork::getName)
        .containsExactly("a", "s");
    assertThat(parameters.getCellList())
        .extracting(ReportCell::getSender)
        .containsExactly("a", "s");
    assertThat(parameters.getMissingCells()).isEqualTo(1);
    assertThat(parameters.getExperiment()).isEqualTo("e");
  }

  @Test
  void of_oneOfSeveralRepresentationsMissing_leavesItsSenderOut() {
    Plan partial = of(Set.of("data", "train a", "train b", "s/y", "a -> a", "b -> a"));
    WriteReport parameters = partial.getStage(6).getAction().getWriteReport();
    assertThat(parameters.getNetworkList())
        .extracting(ReportNetwork::getName)
        .containsExactly("a", "b");
    assertThat(parameters.getMissingCells()).isEqualTo(1);
  }

  @Test
  void of_nothingComparedOrAllOrReported_isEmpty() {
    assertThat(PartialReport.of(PLAN, Set.of("data", "train a")::contains)).isEmpty();
    assertThat(PartialReport.of(PLAN, STAGES::contains)).isEmpty();
    assertThat(PartialReport.of(PLAN, stage -> true)).isEmpty();
  }

  private static Plan of(Set<String> done) {
    return PartialReport.of(PLAN, done::contains).orElseThrow();
  }

  private static Plan plan() {
    Plan.Builder plan = Plan.newBuilder();
    STAGES.forEach(id -> plan.addStage(Stage.newBuilder().setId(id)));
    WriteReport.Builder parameters = WriteReport.newBuilder().setExperiment("e");
    for (String network : List.of("a", "b", "s")) {
      parameters.addNetwork(ReportNetwork.newBuilder().setName(network));
      parameters.addCell(ReportCell.newBuilder().setSender(network).setReceiver("a"));
    }
    Stage.Builder report =
        Stage.newBuilder()
            .setId("report")
            .setAction(Action.newBuilder().setWriteReport(parameters));
    depend(report, "test", "data");
    depend(report, "training[0]", "train a");
    depend(report, "network[0]", "train a");
    depend(report, "training[1]", "train b");
    depend(report, "network[1]", "train b");
    depend(report, "representation[2,0]", "s/x");
    depend(report, "representation[2,1]", "s/y");
    List<String> cells = List.of("a -> a", "b -> a", "s -> a");
    for (int i = 0; i < cells.size(); i++) {
      depend(report, "comparison[" + i + "]", cells.get(i));
      depend(report, "stitch_training[" + i + ",0]", cells.get(i));
    }
    return plan.addStage(report).build();
  }

  private static void depend(Stage.Builder stage, String role, String on) {
    stage.addDependency(PlanBuilder.dependency(role, on, "output"));
  }
}
