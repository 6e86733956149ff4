package io.stitchflow.plan;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.content.Digest;
import io.stitchflow.memo.StageExecutor;
import io.stitchflow.memo.StageRun;
import io.stitchflow.run.InProcess;
import io.stitchflow.run.RunFiles;
import io.stitchflow.run.RunListener;
import io.stitchflow.run.Worker;
import io.stitchflow.store.Store;
import io.stitchflow.v1.CollectCrossMoments;
import io.stitchflow.v1.CollectRepresentation;
import io.stitchflow.v1.Dependency;
import io.stitchflow.v1.ImportDataset;
import io.stitchflow.v1.Outcome;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.Run;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageGroup;
import io.stitchflow.v1.StageResult;
import io.stitchflow.v1.Synthetic;
import io.stitchflow.v1.Toolchain;
import io.stitchflow.v1.TrainNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A chain of three stages: a data set, two networks trained on it, and one's representation. */
class WorkerTest {
  @TempDir Path directory;
  private final List<String> executed = new ArrayList<>();
  private final Map<String, StageResult> finished = new HashMap<>();
  private String failingNetwork = "";
  private @Nullable Error error;
  private Interruption whileReading = () -> {};
  private Plan plan = Plan.getDefaultInstance();

  @BeforeEach
  void plan() {
    PlanBuilder stages = new PlanBuilder(Toolchain.getDefaultInstance());
    Stage.Builder data = stages.stage("data", "data", 1);
    data.getActionBuilder()
        .setImportDataset(ImportDataset.newBuilder().setSynthetic(Synthetic.getDefaultInstance()));
    stages.add(data);
    for (int width = 1; width <= 2; width++) {
      Stage.Builder network = stages.stage("network " + width, "network " + width, 1);
      network.getActionBuilder().setTrainNetwork(TrainNetwork.newBuilder().setWidth(width));
      stages.depend(network, "train", "data", "out");
      stages.add(network);
      Stage.Builder representation = stages.stage("representation " + width, "representations", 1);
      representation
          .getActionBuilder()
          .setCollectRepresentation(CollectRepresentation.newBuilder().setCut("stem"));
      stages.depend(representation, "network", "network " + width, "out");
      stages.add(representation);
    }
    plan = stages.build();
  }

  @Test
  void run_oneStageFails_skipsWhatNeedsItAndFinishesTheRest() throws Exception {
    failingNetwork = "1";
    run();
    assertThat(outcome("network 1")).isEqualTo(Outcome.FAILED);
    assertThat(result("network 1").getMessage())
        .isEqualTo("network 1 diverged; lower its learning rate");
    assertThat(outcome("representation 1")).isEqualTo(Outcome.SKIPPED);
    assertThat(result("representation 1").getMessage()).isEqualTo("'network 1' failed");
    assertThat(outcome("representation 2")).isEqualTo(Outcome.RAN);
  }

  @Test
  void run_oneStageExhaustsTheMemory_saysWhichLimitAndFinishesTheRest() throws Exception {
    failingNetwork = "1";
    error = new OutOfMemoryError("Java heap space");
    run();
    assertThat(outcome("network 1")).isEqualTo(Outcome.FAILED);
    assertThat(result("network 1").getMessage())
        .matches("out of memory: Java heap space; .* limited to \\d+ MiB; .*-Xmx.*");
    assertThat(outcome("representation 2")).isEqualTo(Outcome.RAN);
  }

  @Test
  void run_mappedFileOfOneStageIsCutShort_namesTheStoreAndFinishesTheRest() throws Exception {
    failingNetwork = "1";
    error = new InternalError("a fault occurred in an unsafe memory access operation");
    run();
    assertThat(outcome("network 1")).isEqualTo(Outcome.FAILED);
    assertThat(result("network 1").getMessage())
        .startsWith(directory + ": a file was cut short, or its disk failed")
        .contains("stitchflow verify");
    assertThat(outcome("representation 2")).isEqualTo(Outcome.RAN);
  }

  @Test
  void run_afterAFailure_runsOnlyWhatFailed() throws Exception {
    failingNetwork = "1";
    run();
    failingNetwork = "";
    executed.clear();
    run();
    assertThat(executed)
        .containsExactly("network 1", "representation of network 1 trained on data");
  }

  @Test
  void help_groupThatNobodyHasBegun_isComputedForItsOwner() throws Exception {
    RunFiles files = files();
    Map<String, StageResult> before = finish("data");
    assertThat(help(files, before, "network 2"))
        .extracting(StageResult::getOutcome)
        .containsExactly(Outcome.RAN);
    assertThat(outcome("network 2")).isEqualTo(Outcome.RAN);
    executed.clear();
    assertThat(help(files, before, "network 2")).isEmpty();
    assertThat(worker().run(group("network 2"), plan, before, new Recorder()))
        .extracting(StageResult::getOutcome)
        .containsExactly(Outcome.HIT);
    assertThat(executed).isEmpty();
  }

  @Test
  void help_groupThatIsBegunOrCannotStart_isLeftAlone() throws Exception {
    RunFiles files = files();
    files.claim("network 1");
    assertThat(help(files, finish("data"), "network 1")).isEmpty();
    failingNetwork = "2";
    Map<String, StageResult> before = new HashMap<>(finish("data"));
    before.putAll(finish("network 2"));
    assertThat(help(files, before, "representation 2")).isEmpty();
    assertThat(executed).containsExactly("data");
    assertThat(files.claim("representations")).as("it can be claimed").isTrue();
  }

  @Test
  void help_groupThatFails_isToldByItsOwnerAlone() throws Exception {
    failingNetwork = "1";
    Map<String, StageResult> before = finish("data");
    finished.clear();
    assertThat(help(files(), before, "network 1")).isEmpty();
    assertThat(finished).isEmpty();
  }

  private RunFiles files() throws IOException {
    return RunFiles.create(
        Store.open(directory),
        "0123456789abcdef0123456789abcdef",
        Run.newBuilder().setPlan(plan).build());
  }

  private List<Stage> group(String stage) {
    return plan.getStageList().stream().filter(each -> each.getId().equals(stage)).toList();
  }

  /** Results of a stage and of those before, by stage. */
  private Map<String, StageResult> finish(String stage) throws Exception {
    Map<String, StageResult> upstream = Map.copyOf(finished);
    worker().run(group(stage), plan, upstream, new Recorder());
    return Map.copyOf(finished);
  }

  private List<StageResult> help(RunFiles files, Map<String, StageResult> upstream, String stage)
      throws Exception {
    StageGroup group = StageGroup.newBuilder().addAllStage(group(stage)).build();
    return worker().help(group, files, plan, upstream, new Recorder());
  }

  @Test
  void run_inputIsDeleted_isRecomputed() throws Exception {
    run();
    for (String stage : List.of("data", "network 2", "representation 2")) {
      Files.delete(blob(stage));
    }
    executed.clear();
    run();
    assertThat(executed)
        .as("the representation is a leaf, and all behind it is missing")
        .hasSize(3);
    assertThat(Files.readString(blob("representation 2")))
        .isEqualTo("representation of network 2 trained on data");
  }

  @Test
  void run_inputDamagedAfterTheSurvey_isMadeAgainInTheLaneThatReadsIt() throws Exception {
    failingNetwork = "1";
    run();
    failingNetwork = "";
    executed.clear();
    PlanStatus survey = PlanStatus.of(plan, worker().memo());
    Files.delete(blob("data"));
    InProcess.run(plan, survey, worker(), new Recorder());
    assertThat(executed)
        .containsExactlyInAnyOrder(
            "data", "network 1", "representation of network 1 trained on data");
  }

  @Test
  void run_fleetingInputs_areMadeAgainInOnePassAndGoWithTheirReader() throws Exception {
    readBothRepresentations();
    run();
    assertThat(Files.readString(blob("moments")))
        .isEqualTo(
            "moments of representation of network 1 trained on data and representation of network 2"
                + " trained on data");
    assertThat(executed)
        .containsSubsequence(
            "representation of network 1 trained on data",
            "representation of network 2 trained on data",
            "moments",
            "representation of network 1 trained on data",
            "representation of network 2 trained on data");
    for (String stage : List.of("representation 1", "representation 2")) {
      assertThat(blob(stage)).doesNotExist();
    }
    assertThat(directory.resolve("tmp")).isEmptyDirectory();
    executed.clear();
    run();
    assertThat(executed).isEmpty();
  }

  @Test
  void run_fleetingInputDroppedWhileItIsRead_staysWithItsReader() throws Exception {
    readBothRepresentations();
    whileReading = () -> Files.delete(blob("representation 1"));
    run();
    assertThat(Files.readString(blob("moments"))).contains("network 1", "network 2");
  }

  /** A stage after the representations, of which none is kept. */
  private void readBothRepresentations() {
    Plan.Builder fleeting = plan.toBuilder();
    Stage.Builder moments = Stage.newBuilder().setId("moments").setGroup("moments").setCost(1);
    moments.getActionBuilder().setCollectCrossMoments(CollectCrossMoments.getDefaultInstance());
    for (int i = 0; i < fleeting.getStageCount(); i++) {
      Stage.Builder stage = fleeting.getStageBuilder(i);
      if (stage.getAction().hasCollectRepresentation()) {
        stage.setFleeting(true);
        moments.addDependency(
            Dependency.newBuilder()
                .setRole(stage.getId())
                .setStage(stage.getId())
                .setOutput("out"));
      }
    }
    plan = fleeting.addStage(moments).build();
  }

  @Test
  void survey_nothingStored_runsTheFirstAndLetsTheRestWait() throws Exception {
    assertThat(PlanStatus.of(plan, worker().memo()).stages())
        .extracting(PlanStatus.StageStatus::state)
        .containsExactly(
            PlanStatus.State.RUN,
            PlanStatus.State.WAIT,
            PlanStatus.State.WAIT,
            PlanStatus.State.WAIT,
            PlanStatus.State.WAIT);
  }

  @Test
  void survey_blobOfAnInnerStageMissing_isStillAHit() throws Exception {
    run();
    Files.delete(blob("network 1"));
    assertThat(PlanStatus.of(plan, worker().memo()).complete()).isTrue();
  }

  private void run() throws Exception {
    PlanStatus survey = PlanStatus.of(plan, worker().memo());
    survey.known().forEach(known -> finished.put(known.getStage(), known));
    InProcess.run(plan, survey, worker(), new Recorder());
  }

  private Worker worker() throws IOException {
    StageExecutor executor =
        (runs, progress) -> {
          for (StageRun run : runs) {
            execute(run);
          }
        };
    return new Worker(Store.open(directory), stage -> executor, 1);
  }

  private void execute(StageRun run) throws IOException {
    String text =
        switch (run.action().getParametersCase()) {
          case IMPORT_DATASET -> "data";
          case TRAIN_NETWORK -> "network " + run.action().getTrainNetwork().getWidth();
          case COLLECT_CROSS_MOMENTS -> "moments";
          default -> "representation of " + Files.readString(run.input("network"));
        };
    if (text.equals("network " + failingNetwork)) {
      if (error != null) {
        throw error;
      }
      throw new IllegalArgumentException(text + " diverged; lower its learning rate");
    }
    executed.add(text);
    if (text.equals("moments")) {
      Path one = run.input("representation 1");
      whileReading.run();
      Path two = run.input("representation 2");
      text += " of " + Files.readString(one) + " and " + Files.readString(two);
    }
    String trained =
        text.startsWith("network")
            ? text + " trained on " + Files.readString(run.input("train"))
            : text;
    Files.writeString(run.output("out"), trained);
  }

  private StageResult result(String stage) {
    return requireNonNull(finished.get(stage), stage);
  }

  private Outcome outcome(String stage) {
    return result(stage).getOutcome();
  }

  private Path blob(String stage) {
    String hex = Digest.from(result(stage).getResult().getOutput(0).getDigest()).hex();
    return directory.resolve("cas").resolve(hex.substring(0, 2)).resolve(hex);
  }

  @FunctionalInterface
  private interface Interruption {
    void run() throws IOException;
  }

  private final class Recorder implements RunListener {
    @Override
    public void started(List<Stage> group, String worker) {}

    @Override
    public void advanced(List<Stage> group, double share) {}

    @Override
    public void finished(Stage stage, StageResult result) {
      finished.put(stage.getId(), result);
    }
  }
}
