package io.stitchflow.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.acceptance.Laboratory.Finished;
import io.stitchflow.run.RunListener;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.transforms.ClusterException;
import io.stitchflow.transforms.StoreNotSharedException;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.Outcome;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The same experiment on Flink: embedded, and on a session cluster of two TaskManagers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FlinkTest {
  @TempDir static Path shared;
  @TempDir Path directory;
  private SessionCluster cluster;
  private Finished oracle;
  private Experiment experiment;
  private Laboratory laboratory;

  @BeforeAll
  void startClusterAndRunTheOracle() throws Exception {
    cluster = SessionCluster.up(shared.resolve("cluster"), 2);
    experiment = Laboratory.experiment(Laboratory.TINY);
    oracle = new Laboratory(shared.resolve("oracle")).inProcess(experiment);
  }

  @AfterAll
  void stopCluster() throws Exception {
    cluster.down();
  }

  @BeforeEach
  void openLaboratory() {
    laboratory = new Laboratory(directory.resolve("store"));
  }

  @Test
  void run_onEmbeddedFlink_givesTheDigestsOfTheOracle() throws Exception {
    Finished finished = laboratory.onFlink(experiment, "[local]", 2);
    assertThat(finished.digests()).isEqualTo(oracle.digests());
    assertThat(laboratory.onFlink(experiment, "[local]", 2).ran()).isEmpty();
  }

  @Test
  void run_onASessionCluster_givesTheDigestsOfTheOracleAndUsesAllWorkers() throws Exception {
    Log log = new Log();
    Finished finished = laboratory.onFlink(experiment, cluster.master(), 2, log);
    assertThat(finished.digests()).isEqualTo(oracle.digests());
    assertThat(log.workers.values()).contains("tm1", "tm2");
    assertThat(log.workersOf(finished, "fit_vanilla_stitch")).contains("tm1", "tm2");
  }

  @Test
  void run_oneAfterAnotherOnOneCluster_bothAreRight() throws Exception {
    for (int i = 0; i < 2; i++) {
      Laboratory each = new Laboratory(directory.resolve("store" + i));
      assertThat(each.onFlink(experiment, cluster.master(), 2).digests())
          .isEqualTo(oracle.digests());
    }
  }

  @Test
  void run_twoAtOnceOnOneClusterAndStore_bothAreRightAndComputeEachStageOnce() throws Exception {
    Callable<Finished> run = () -> laboratory.onFlink(experiment, cluster.master(), 1);
    List<Finished> runs = AtOnce.run(List.of(run, run));
    assertThat(runs).allSatisfy(each -> assertThat(each.digests()).isEqualTo(oracle.digests()));
    assertThat(AtOnce.computed(runs).values()).containsOnly(1);
    assertThat(AtOnce.computed(runs)).hasSize(oracle.plan().getStageCount());
  }

  @Test
  void run_taskManagerKilledInTheMiddle_recoversAndComputesNothingTwice() throws Exception {
    killInTheMiddle();
  }

  @Tag("nightly")
  @RepeatedTest(20)
  void run_taskManagerKilledInTheMiddleManyTimes_recoversAndComputesNothingTwice()
      throws Exception {
    killInTheMiddle();
  }

  /** The TaskManager that first ends a stage is killed there, and started again. */
  private void killInTheMiddle() throws Exception {
    AtomicReference<String> killed = new AtomicReference<>("");
    Log log =
        new Log() {
          @Override
          public void finished(Stage stage, StageResult result) {
            super.finished(stage, result);
            if (StageDefinition.of(stage).name().equals("collect_representation")
                && killed.compareAndSet("", worker(stage))) {
              killAndRestart(worker(stage));
            }
          }
        };
    Finished finished = laboratory.onFlink(experiment, cluster.master(), 2, log);
    assertThat(killed.get()).startsWith("tm");
    assertThat(finished.digests()).isEqualTo(oracle.digests());
    assertThat(log.computed.values()).containsOnly(1);
    assertThat(directory.resolve("store/nondeterminism")).doesNotExist();
  }

  private void killAndRestart(String taskManager) {
    try {
      cluster.kill(taskManager);
      cluster.restart(taskManager);
    } catch (Exception e) {
      throw new IllegalStateException("could not kill and restart " + taskManager, e);
    }
  }

  @Test
  void run_jobManagerKilledInTheMiddle_aNewSubmitResumesFromTheStore() throws Exception {
    SessionCluster mortal = SessionCluster.up(directory.resolve("mortal"), 1);
    try {
      Log first =
          new Log() {
            @Override
            public void finished(Stage stage, StageResult result) {
              super.finished(stage, result);
              if (StageDefinition.of(stage).name().equals("collect_representation")) {
                killAndStop(mortal);
                throw new IllegalStateException("the client ends, too");
              }
            }
          };
      assertThatThrownBy(() -> laboratory.onFlink(experiment, mortal.master(), 1, first))
          .hasMessage("the client ends, too");
      mortal.start(1);
      Log second = new Log();
      Finished finished = laboratory.onFlink(experiment, mortal.master(), 1, second);
      assertThat(finished.digests()).isEqualTo(oracle.digests());
      assertThat(first.computed).isNotEmpty();
      assertThat(second.computed.keySet()).doesNotContainAnyElementsOf(first.computed.keySet());
    } finally {
      mortal.down();
    }
  }

  /** The JobManager as a crash would; then nothing is left of its cluster. */
  private static void killAndStop(SessionCluster cluster) {
    try {
      cluster.kill("jobmanager");
      cluster.down();
    } catch (Exception e) {
      throw new IllegalStateException("could not kill the JobManager", e);
    }
  }

  @Test
  void run_storeThatWorkersDoNotSee_isRefusedWithTheReason() throws Exception {
    // What it means depends on who asks: here this module, there the cluster's directory
    Path unshared = Path.of("/proc/self/cwd/target/unshared-" + System.nanoTime());
    Laboratory own = new Laboratory(unshared);
    assertThatThrownBy(() -> own.onFlink(experiment, cluster.master(), 2))
        .isInstanceOf(StoreNotSharedException.class)
        .hasMessageContaining(unshared.toString())
        .hasMessageContaining("tm")
        .hasMessageContaining("--store");
    // and the cluster is free again
    assertThat(laboratory.onFlink(experiment, cluster.master(), 2).digests())
        .isEqualTo(oracle.digests());
  }

  @Test
  void run_moreSlotsThanTheClusterHas_isRefusedWithBothNumbers() throws Exception {
    assertThatThrownBy(() -> laboratory.onFlink(experiment, cluster.master(), 3))
        .isInstanceOf(ClusterException.class)
        .hasMessageContaining("has 2 slots, but --parallelism is 3");
  }

  @Test
  void commands_detachedWatchedAndAgain_endWithTheSameReport() throws Exception {
    Path file = Files.writeString(directory.resolve("tiny.textproto"), Laboratory.TINY);
    String store = directory.resolve("store").toString();
    String[] onCluster = {
      "run",
      file.toString(),
      "--runner",
      "flink",
      "--flink-master",
      cluster.master(),
      "--store",
      store
    };
    String submitted = succeed(onCluster, "--detach", "--json", "--out", out("detached"));
    String id = submitted.replaceAll("(?s).*\"run\":\"([0-9a-f]{32})\".*", "$1");
    succeed(new String[] {"watch", id, "--store", store, "--out", out("watched")});
    String again = succeed(onCluster, "--json", "--out", out("again"));
    assertThat(again).contains("\"ran\":0,");
    for (String each : List.of("watched", "again")) {
      assertThat(directory.resolve(each).resolve("report.html"))
          .hasSameBinaryContentAs(laboratory.store().open(oracle.output("report", "report.html")));
    }
  }

  @Test
  void client_interrupted_cancelsTheJobAndKeepsWhatWasPublished() throws Exception {
    Path file = Files.writeString(directory.resolve("tiny.textproto"), Laboratory.TINY);
    Path log = directory.resolve("client.log");
    Process client =
        start(
            log,
            "run",
            file.toString(),
            "--runner",
            "flink",
            "--flink-master",
            cluster.master(),
            "--store",
            directory.resolve("store").toString(),
            "--set",
            "network[0].recipe.epochs=100000",
            "--out",
            out("interrupted"));
    Path events = directory.resolve("store/runs");
    while (client.isAlive() && !anyFileUnder(events)) {
      Thread.onSpinWait();
    }
    // As Ctrl-C, which those who start processes in the background may have them ignore
    new ProcessBuilder("kill", "-TERM", String.valueOf(client.pid())).start().waitFor();
    assertThat(client.waitFor()).isNotZero();
    assertThat(log).content().contains("cancelled job").contains("stages, all kept");
    // A job that went on would keep its slots
    assertThat(laboratory.onFlink(experiment, cluster.master(), 2).digests())
        .isEqualTo(oracle.digests());
  }

  private static boolean anyFileUnder(Path runs) throws IOException {
    if (!Files.exists(runs)) {
      return false;
    }
    try (var files = Files.walk(runs)) {
      return files.anyMatch(file -> file.resolveSibling("").endsWith("events"));
    }
  }

  private String out(String name) {
    return directory.resolve(name).toString();
  }

  private String succeed(String[] command, String... more) throws Exception {
    Path log = directory.resolve("client.log");
    List<String> words = new ArrayList<>(List.of(command));
    words.addAll(List.of(more));
    Process client = start(log, words.toArray(String[]::new));
    int code = client.waitFor();
    String said = Files.readString(log, UTF_8);
    assertThat(code).as(said).isZero();
    return said;
  }

  private static Process start(Path log, String... arguments) throws IOException {
    List<String> words = new ArrayList<>();
    words.add(ProcessHandle.current().info().command().orElseThrow());
    words.addAll(
        List.of(
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "-XX:TieredStopAtLevel=1",
            "-Dai.djl.offline=true",
            "-cp",
            System.getProperty("java.class.path"),
            "io.stitchflow.cli.Stitchflow"));
    words.addAll(List.of(arguments));
    return new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(log.toFile()).start();
  }

  /** Which worker started a stage, and how often each was computed. */
  private static class Log implements RunListener {
    final Map<String, String> workers = new HashMap<>();
    final Map<String, Integer> computed = new HashMap<>();

    @Override
    public void started(List<Stage> group, String worker) {
      group.forEach(stage -> workers.put(stage.getId(), worker));
    }

    @Override
    public void advanced(List<Stage> group, double share) {}

    @Override
    public void finished(Stage stage, StageResult result) {
      if (result.getOutcome() == Outcome.RAN) {
        computed.merge(stage.getId(), 1, Integer::sum);
      }
    }

    String worker(Stage stage) {
      return workers.getOrDefault(stage.getId(), "");
    }

    List<String> workersOf(Finished finished, String kind) {
      return finished.plan().getStageList().stream()
          .filter(stage -> StageDefinition.of(stage).name().equals(kind))
          .map(this::worker)
          .distinct()
          .toList();
    }
  }
}
