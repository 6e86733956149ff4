package io.stitchflow.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.acceptance.Laboratory.Finished;
import io.stitchflow.content.StoreException;
import io.stitchflow.remote.S3Server;
import io.stitchflow.run.RunFiles;
import io.stitchflow.run.RunListener;
import io.stitchflow.store.Stores;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.Outcome;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A client and two workers that share nothing but a bucket. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FlinkOnS3Test {
  @TempDir static Path machines;
  private S3Server server;
  private SessionCluster cluster;
  private Experiment experiment;
  private Finished oracle;

  @BeforeAll
  void startServerAndClusterAndRunTheOracle() throws Exception {
    server = S3Server.start(Files.createDirectories(machines.resolve("s3")));
    cluster = SessionCluster.up(machines.resolve("cluster"), 2, machine("tm1"));
    cluster.restart("tm2", machine("tm2"));
    experiment = Laboratory.experiment(Laboratory.TINY);
    oracle = new Laboratory(machines.resolve("oracle")).inProcess(experiment);
  }

  /** The environment of a machine of its own. */
  private static Map<String, String> machine(String name) {
    return Map.of(
        Stores.LOCAL_VARIABLE,
        machines.resolve(name).toString(),
        "AWS_ACCESS_KEY_ID",
        S3Server.USER,
        "AWS_SECRET_ACCESS_KEY",
        S3Server.PASSWORD);
  }

  @AfterAll
  void stop() throws Exception {
    cluster.down();
    server.close();
  }

  @Test
  void run_nothingSharedButABucket_givesTheDigestsOfTheOracle() throws Exception {
    String uri = server.uri("run");
    Laboratory client = new Laboratory(machines.resolve("client"), uri);
    Workers workers = new Workers();
    Finished finished = client.onFlink(experiment, cluster.master(), 2, workers);
    assertThat(finished.digests()).isEqualTo(oracle.digests());
    assertThat(workers.names).containsExactlyInAnyOrder("tm1", "tm2");
    assertThat(finished.ran())
        .as("what workers told, not what the store says later")
        .extracting(StageResult::getOutcome)
        .contains(Outcome.RAN);
    for (String worker : List.of("tm1", "tm2")) {
      assertThat(files(machines.resolve(worker), "/cas/")).as(worker).isNotEmpty();
    }
    assertThat(client.store().open(finished.output("report", "report.html")))
        .hasSameBinaryContentAs(
            new Laboratory(machines.resolve("oracle"))
                .store()
                .open(oracle.output("report", "report.html")));

    Laboratory colleague = new Laboratory(machines.resolve("colleague"), uri);
    assertThat(colleague.onDirectRunner(experiment).ran()).isEmpty();
    assertThat(client.store().warnings()).isEmpty();
  }

  @Tag("nightly")
  @Test
  void run_twoAtOnceOnMachinesThatShareABucketOnly_computeEachStageOnce() throws Exception {
    String uri = server.uri("twice");
    Laboratory one = new Laboratory(machines.resolve("one"), uri);
    Laboratory two = new Laboratory(machines.resolve("two"), uri);
    List<Finished> runs =
        AtOnce.run(
            List.of(
                () -> one.onFlink(experiment, cluster.master(), 1),
                () -> two.onFlink(experiment, cluster.master(), 1)));
    assertThat(runs).allSatisfy(each -> assertThat(each.digests()).isEqualTo(oracle.digests()));
    assertThat(AtOnce.computed(runs).values()).containsOnly(1);
    assertThat(AtOnce.computed(runs)).hasSize(oracle.plan().getStageCount());
    assertThat(files(machines.resolve("s3"), "/lease/")).isEmpty();
  }

  @Test
  void run_storeThatCannotList_isRefused() throws Exception {
    assertThatThrownBy(
            () ->
                RunFiles.checkShareable(
                    new Laboratory(machines.resolve("http"), "http://127.0.0.1:1/cache").store()))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("http://127.0.0.1:1/cache: cannot list")
        .hasMessageContaining("s3://");
  }

  private static List<Path> files(Path root, String under) throws IOException {
    try (var files = Files.walk(root)) {
      return files
          .filter(file -> Files.isRegularFile(file) && file.toString().contains(under))
          .toList();
    }
  }

  private static final class Workers implements RunListener {
    final Set<String> names = new HashSet<>();

    @Override
    public void started(List<Stage> group, String worker) {
      names.add(worker);
    }

    @Override
    public void advanced(List<Stage> group, double share) {}

    @Override
    public void finished(Stage stage, StageResult result) {}
  }
}
