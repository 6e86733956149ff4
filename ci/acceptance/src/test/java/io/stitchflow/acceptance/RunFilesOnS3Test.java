package io.stitchflow.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.remote.S3Server;
import io.stitchflow.run.EventWriter;
import io.stitchflow.run.RunFiles;
import io.stitchflow.run.RunFollower;
import io.stitchflow.run.RunListener;
import io.stitchflow.store.Store;
import io.stitchflow.store.remote.RemoteStore;
import io.stitchflow.store.remote.RemoteStore.RemoteBytes;
import io.stitchflow.v1.Outcome;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.Run;
import io.stitchflow.v1.RunResults;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageResult;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Workers tell in objects, a client follows. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RunFilesOnS3Test {
  private static final String ID = "0123456789abcdef0123456789abcdef";
  private static final String WAITING = "1".repeat(32);
  private static final String CLAIMED = "2".repeat(32);
  private static final String ENDED = "2".repeat(32);
  private static final int STAGES = 500;

  @TempDir static Path machines;
  private final List<String> heard = new ArrayList<>();
  private S3Server server;

  @BeforeAll
  void startServer() throws Exception {
    server = S3Server.start(machines);
  }

  @BeforeEach
  void hearNothing() {
    heard.clear();
  }

  @AfterAll
  void stopServer() throws IOException {
    server.close();
  }

  @Test
  void events_ofTwoMachines_areHeardOnceAndInOrder() throws Exception {
    Plan plan = plan();
    Store client = machine("client");
    RunFiles files = RunFiles.share(client, ID, Run.newBuilder().setPlan(plan).build());
    RunFollower follower = new RunFollower(files, plan, new Ear());
    follower.poll();
    assertThat(heard).isEmpty();
    List<EventWriter> writers = new ArrayList<>();
    for (String worker : List.of("one", "two")) {
      RunFiles its = RunFiles.at(machine(worker), ID);
      assertThat(its.read().getPlan()).isEqualTo(plan);
      assertThat(its.exists()).isTrue();
      writers.add(new EventWriter(its, worker, System::nanoTime));
    }
    for (int i = 0; i < STAGES; i++) {
      Stage stage = plan.getStage(i);
      writers
          .get(i % 2)
          .finished(
              stage,
              StageResult.newBuilder().setStage(stage.getId()).setOutcome(Outcome.RAN).build());
    }
    writers.forEach(EventWriter::flush);
    follower.poll();
    assertThat(heard).as("what was flushed is heard at once").hasSize(STAGES);
    follower.poll();
    for (int worker = 0; worker < 2; worker++) {
      int its = worker;
      assertThat(heard.stream().filter(stage -> Integer.parseInt(stage) % 2 == its))
          .containsExactlyElementsOf(
              IntStream.range(0, STAGES)
                  .filter(i -> i % 2 == its)
                  .mapToObj(String::valueOf)
                  .toList());
    }
    assertThat(remote(client).list("runs/" + ID + "/events/", ""))
        .as("several events are one object")
        .hasSizeLessThan(STAGES / 2);
  }

  @Test
  void claim_byTwoMachines_isGivenToOne() throws Exception {
    RunFiles.share(machine("client"), CLAIMED, Run.newBuilder().setPlan(plan()).build());
    RunFiles one = RunFiles.at(machine("one"), CLAIMED);
    RunFiles two = RunFiles.at(machine("two"), CLAIMED);
    assertThat(one.claim("front a -> b/x")).isTrue();
    assertThat(two.claim("front a -> b/x")).isFalse();
    assertThat(two.claim("front a -> b/y")).isTrue();
  }

  @Test
  void waiting_ofAWorker_isReceived() throws Exception {
    Plan plan = plan();
    RunFiles files = RunFiles.share(machine("c"), WAITING, Run.newBuilder().setPlan(plan).build());
    EventWriter writer = new EventWriter(RunFiles.at(machine("w"), WAITING), "w", System::nanoTime);
    writer.started(List.of(plan.getStage(0)), "");
    writer.waiting(List.of(plan.getStage(0)), "somebody", Duration.ofSeconds(7));
    writer.flush();
    new RunFollower(files, plan, new Ear()).poll();
    assertThat(heard).containsExactly("0 waits for somebody, 7 s");
  }

  @Test
  void results_ofARunOnACluster_areThereAndWrittenOver() throws Exception {
    Store client = machine("client");
    RunFiles files = RunFiles.share(client, ENDED, Run.newBuilder().setPlan(plan()).build());
    StageResult ran = StageResult.newBuilder().setStage("0").setOutcome(Outcome.RAN).build();
    files.shareResults(List.of());
    files.shareResults(List.of(ran));
    assertThat(files.readResults()).containsExactly(ran);
    try (RemoteBytes there = remote(client).get("runs/" + ENDED + "/results", 0)) {
      byte[] bytes = java.util.Objects.requireNonNull(there).stream().readAllBytes();
      assertThat(RunResults.parseFrom(bytes).getResultList()).containsExactly(ran);
    }
  }

  private Store machine(String name) throws IOException {
    return new Laboratory(machines.resolve(name), server.uri("runs")).store();
  }

  private static RemoteStore remote(Store store) {
    return java.util.Objects.requireNonNull(store.remoteStore());
  }

  private static Plan plan() {
    Plan.Builder plan = Plan.newBuilder();
    for (int i = 0; i < STAGES; i++) {
      plan.addStage(Stage.newBuilder().setId(String.valueOf(i)));
    }
    return plan.build();
  }

  private final class Ear implements RunListener {
    @Override
    public void started(List<Stage> group, String worker) {}

    @Override
    public void advanced(List<Stage> group, double share) {}

    @Override
    public void waiting(List<Stage> group, String owner, Duration waited) {
      heard.add(group.get(0).getId() + " waits for " + owner + ", " + waited.toSeconds() + " s");
    }

    @Override
    public void finished(Stage stage, StageResult result) {
      heard.add(stage.getId());
    }
  }
}
