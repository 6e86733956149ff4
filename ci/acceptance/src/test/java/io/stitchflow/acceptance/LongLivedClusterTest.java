package io.stitchflow.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.acceptance.ClusterJvm.Footprint;
import io.stitchflow.acceptance.Laboratory.Finished;
import io.stitchflow.run.RunListener;
import io.stitchflow.transforms.Cluster;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A session cluster keeps nothing of the jobs that it has run. */
class LongLivedClusterTest {
  /** Caches with one place each may keep the first and the last job's classes; a leak grows. */
  private static final int WARM_UP = 3;

  private static final double GROWTH = 1.1;

  /** As many as jobs run at once. */
  private static final int SLOTS = 4;

  /** Sockets between the processes of a cluster come and go. */
  private static final int SOCKETS = 10;

  @TempDir Path directory;
  private SessionCluster cluster;
  private Laboratory laboratory;

  /** Soft references end with each collection there, so that none looks like a leak. */
  @BeforeEach
  void startCluster() throws Exception {
    laboratory = new Laboratory(directory.resolve("store"));
    cluster =
        SessionCluster.up(
            directory.resolve("cluster"),
            1,
            SLOTS,
            Map.of("JAVA_TOOL_OPTIONS", "-XX:SoftRefLRUPolicyMSPerMB=0"));
  }

  @AfterEach
  void stopCluster() throws Exception {
    cluster.down();
  }

  @Test
  void jobs_fiveOneAfterAnother_leaveNothingInTheProcesses() throws Exception {
    oneAfterAnother(5);
  }

  @Tag("nightly")
  @Test
  void jobs_thirtyOneAfterAnother_leaveNothingInTheProcesses() throws Exception {
    oneAfterAnother(30);
  }

  private void oneAfterAnother(int jobs) throws Exception {
    run(1, WARM_UP);
    List<Footprint> before = footprints();
    run(WARM_UP + 1, jobs);
    assertFlat(before, footprints());
  }

  private void run(int first, int last) throws Exception {
    for (int seed = first; seed <= last; seed++) {
      Finished finished = laboratory.onFlink(Laboratory.oneNetwork(seed), cluster.master(), 1);
      assertThat(finished.computed()).containsKey("train_network");
    }
  }

  @Tag("nightly")
  @Test
  void jobs_fourAtOnceManyTimes_leaveNothingInTheProcesses() throws Exception {
    runFourAtOnce(0, WARM_UP);
    List<Footprint> before = footprints();
    runFourAtOnce(WARM_UP, 8);
    assertFlat(before, footprints());
  }

  private void runFourAtOnce(int from, int to) throws Exception {
    for (int round = from; round < to; round++) {
      List<Callable<Finished>> runs = new ArrayList<>();
      for (int seed = 4 * round + 1; seed <= 4 * round + 4; seed++) {
        Experiment experiment = Laboratory.oneNetwork(seed);
        runs.add(() -> laboratory.onFlink(experiment, cluster.master(), 1));
      }
      AtOnce.run(runs);
    }
  }

  /** Of the TaskManager, then of the JobManager. */
  private List<Footprint> footprints() throws Exception {
    cluster.awaitFreeSlots();
    return List.of(
        new ClusterJvm(cluster.pid("tm1")).collected(),
        new ClusterJvm(cluster.pid("jobmanager")).collected());
  }

  private static void assertFlat(List<Footprint> before, List<Footprint> after) {
    for (int i = 0; i < before.size(); i++) {
      Footprint then = before.get(i);
      Footprint now = after.get(i);
      assertNothingOpenedSince(then, now);
      assertThat(now.loaders()).as("class loaders of jobs").isLessThanOrEqualTo(then.loaders());
      assertThat(now.metaspaceMb()).as("metaspace").isLessThan(GROWTH * then.metaspaceMb());
    }
    // The JobManager's heap grows up to jobstore.cache-size with what it tells of ended jobs
    assertThat(after.get(0).heapMb()).as("heap").isLessThan(GROWTH * before.get(0).heapMb());
  }

  private static void assertNothingOpenedSince(Footprint then, Footprint now) {
    assertThat(now.threads())
        .as("threads")
        .allSatisfy(
            (name, count) ->
                assertThat(count).isLessThanOrEqualTo(then.threads().getOrDefault(name, 0)));
    assertThat(now.files()).as("open files").isSubsetOf(then.files());
    assertThat(now.descriptorCount())
        .as("descriptors %s, before %s", now.descriptors(), then.descriptors())
        .isLessThan(then.descriptorCount() + SOCKETS);
  }

  @Test
  void job_cancelledInTheMiddle_leavesNoLaneLeaseOrTemporaryFile() throws Exception {
    run(1, 1);
    ClusterJvm worker = new ClusterJvm(cluster.pid("tm1"));
    Footprint before = footprints().get(0);
    List<String> temporary = temporary();

    Experiment endless = Laboratory.oneNetwork(2, 100_000);
    try (Cluster.Job job = laboratory.submit(endless, cluster.master(), 1)) {
      Cancelling listener = new Cancelling(job);
      assertThat(job.await(listener).failure()).isEqualTo("the job was cancelled");
      assertThat(listener.cancelled).isTrue();
    }

    Footprint after = footprints().get(0);
    assertThat(worker.stacks()).doesNotContain("io.stitchflow");
    assertNothingOpenedSince(before, after);
    assertThat(files("lease")).isNotEmpty().allSatisfy(lease -> assertThat(lease).isEmptyFile());
    assertThat(files("tmp")).isEmpty();
    assertThat(temporary()).containsExactlyElementsOf(temporary);
  }

  private List<Path> files(String folder) throws IOException {
    try (var files = Files.walk(directory.resolve("store").resolve(folder))) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  /** Files in the cluster's directory for temporary files, but for Flink's record of its jobs. */
  private List<String> temporary() throws IOException {
    try (var files = Files.walk(directory.resolve("cluster").resolve("tmp"))) {
      return files
          .filter(Files::isRegularFile)
          .map(Path::toString)
          .filter(file -> !file.contains("/blobStorage/") && !file.contains("/executionGraph"))
          .sorted()
          .toList();
    }
  }

  /** Cancels the job as soon as a stage is under way. */
  private static final class Cancelling implements RunListener {
    private final Cluster.Job job;
    boolean cancelled;

    Cancelling(Cluster.Job job) {
      this.job = job;
    }

    @Override
    public void started(List<Stage> group, String worker) {}

    @Override
    public void advanced(List<Stage> group, double share) {
      if (!cancelled) {
        cancelled = true;
        try {
          job.cancel();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }

    @Override
    public void finished(Stage stage, StageResult result) {}
  }
}
