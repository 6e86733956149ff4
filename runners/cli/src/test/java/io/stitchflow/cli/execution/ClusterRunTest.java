package io.stitchflow.cli.execution;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.cli.progress.StageResults;
import io.stitchflow.content.ActionKeys;
import io.stitchflow.memo.Memo;
import io.stitchflow.plan.PlanStatus;
import io.stitchflow.plan.Planner;
import io.stitchflow.run.RunListener;
import io.stitchflow.spec.ExperimentFile;
import io.stitchflow.spec.ValidExperiment;
import io.stitchflow.store.Store;
import io.stitchflow.tensors.Dtype;
import io.stitchflow.tensors.NamedTensor;
import io.stitchflow.tensors.Safetensors;
import io.stitchflow.torch.Toolchains;
import io.stitchflow.transforms.Cluster;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ActionResult;
import io.stitchflow.v1.ImportDataset;
import io.stitchflow.v1.Outcome;
import io.stitchflow.v1.Output;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageResult;
import io.stitchflow.v1.Synthetic;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a client makes of what workers told and of what the store holds when the job is over. */
class ClusterRunTest {
  @TempDir Path directory;

  @Test
  void results_reportedStoredOrNeither_haveTheirOutcomes() throws Exception {
    Plan plan = plan("told", "stored", "failed", "lost", "known");
    Memo memo = new Memo(Store.open(directory));
    compute(memo, plan, "known");
    PlanStatus before = PlanStatus.of(plan, memo);
    compute(memo, plan, "stored");
    Cluster.End end =
        new Cluster.End(
            Map.of(
                "told", result("told", Outcome.RAN, ""),
                "stored", result("stored", Outcome.FAILED, "a worker was lost"),
                "failed", result("failed", Outcome.FAILED, "it diverged")),
            "the job failed");
    List<StageResult> results = ClusterRun.results(end, plan, before, PlanStatus.of(plan, memo));
    assertThat(results)
        .extracting(StageResult::getStage)
        .containsExactly("told", "stored", "failed", "lost");
    assertThat(results)
        .extracting(StageResult::getOutcome)
        .containsExactly(Outcome.RAN, Outcome.HIT, Outcome.FAILED, Outcome.FAILED);
    assertThat(results)
        .extracting(StageResult::getMessage)
        .containsExactly("", "", "it diverged", "the job failed");
  }

  @Test
  void results_watchedAfterTheEnd_stillSayWhatTheRunComputed() throws Exception {
    Plan plan = plan("computed", "found");
    Memo memo = new Memo(Store.open(directory));
    compute(memo, plan, "computed");
    compute(memo, plan, "found");
    PlanStatus late = PlanStatus.of(plan, memo);
    Cluster.End end = new Cluster.End(Map.of("computed", result("computed", Outcome.RAN, "")), "");
    StageResults results =
        StageResults.of(plan, late, ClusterRun.results(end, plan, late, PlanStatus.of(plan, memo)));
    assertThat(results.byStage().values())
        .extracting(StageResult::getOutcome)
        .containsExactly(Outcome.RAN, Outcome.HIT);
  }

  /** Its labels are those of the data set, which is imported just before. */
  @Test
  void importHere_representationsOfAFile_areThereBeforeTheJob() throws Exception {
    ByteBuffer zeros = ByteBuffer.allocate(16 * 3 * Float.BYTES);
    Safetensors.write(
        directory.resolve("r.safetensors"),
        List.of(
            new NamedTensor("train", Dtype.F32, List.of(16, 3), zeros),
            new NamedTensor("test", Dtype.F32, List.of(16, 3), zeros)),
        new TreeMap<>());
    Path file = directory.resolve("e.textproto");
    Files.writeString(
        file,
        """
        name: "files"
        dataset { synthetic { train_examples: 16 test_examples: 16 } }
        network { name: "a" layer { name: "f" flatten {} } layer { linear { outputs: 10 } } recipe { epochs: 0 } }
        network { name: "s" representations { cut { name: "v" file { train: "r.safetensors" test: "r.safetensors" } } } }
        pair { sender: "s" receiver: "a" }
        condition: TRAINED_TRAINED
        vanilla { recipe { batch_size: 4 } initialization: KAIMING }
        front { recipe { batch_size: 4 } }
        copy { solver: SGD recipe { batch_size: 4 } }
        metric: "mse"
        """);
    ValidExperiment valid = ExperimentFile.read(file, List.of());
    Plan plan = Planner.plan(valid.experiment(), valid.base(), Toolchains.cpu());
    Store store = Store.open(directory.resolve("store"));
    PlanStatus before = PlanStatus.of(plan, new Memo(store));

    List<StageResult> imported = ClusterRun.importHere(plan, before, store, new Silent());

    assertThat(imported)
        .extracting(result -> result.getStage() + ": " + result.getOutcome())
        .containsExactly(
            "import data set: RAN", "represent s/v train: RAN", "represent s/v test: RAN");
  }

  private static final class Silent implements RunListener {
    @Override
    public void started(List<Stage> group, String worker) {}

    @Override
    public void advanced(List<Stage> group, double share) {}

    @Override
    public void finished(Stage stage, StageResult result) {}
  }

  private static void compute(Memo memo, Plan plan, String id) throws IOException {
    for (Stage stage : plan.getStageList()) {
      if (stage.getId().equals(id)) {
        var unused =
            memo.get(
                List.of(new Memo.Request(stage.getAction(), 1, true, List.of())),
                (runs, progress) -> Files.writeString(runs.get(0).output("train"), id),
                digest -> directoryOf(digest.hex()),
                share -> {});
        assertThat(memo.find(ActionKeys.key(stage.getAction()))).isNotNull();
      }
    }
  }

  private static Path directoryOf(String hex) {
    throw new AssertionError("nothing reads " + hex);
  }

  private static Plan plan(String... ids) {
    Plan.Builder plan = Plan.newBuilder();
    for (String id : ids) {
      Synthetic data = Synthetic.newBuilder().setSeed(plan.getStageCount()).build();
      plan.addStage(
          Stage.newBuilder()
              .setId(id)
              .setGroup(id)
              .setAction(
                  Action.newBuilder()
                      .setImportDataset(ImportDataset.newBuilder().setSynthetic(data))));
    }
    return plan.build();
  }

  private static StageResult result(String id, Outcome outcome, String message) {
    StageResult.Builder result =
        StageResult.newBuilder().setStage(id).setOutcome(outcome).setMessage(message);
    if (outcome == Outcome.RAN) {
      result.setResult(ActionResult.newBuilder().addOutput(Output.getDefaultInstance()));
    }
    return result.build();
  }
}
