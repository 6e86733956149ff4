package io.stitchflow.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.store.Store;
import io.stitchflow.v1.ActionResult;
import io.stitchflow.v1.Outcome;
import io.stitchflow.v1.Output;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.Run;
import io.stitchflow.v1.RunResults;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers tell in files, a client follows. */
class RunFilesTest {
  private static final String ID = "0123456789abcdef0123456789abcdef";
  private static final Stage FIRST = Stage.newBuilder().setId("first").build();
  private static final Stage SECOND = Stage.newBuilder().setId("second").build();
  private static final Plan PLAN = Plan.newBuilder().addStage(FIRST).addStage(SECOND).build();

  @TempDir Path directory;
  private final List<String> heard = new ArrayList<>();
  private final AtomicLong nanos = new AtomicLong();
  private Store store;
  private RunFiles files;

  @BeforeEach
  void create() throws IOException {
    store = Store.open(directory.resolve("store"));
    files = RunFiles.create(store, ID, Run.newBuilder().setPlan(PLAN).setOut("out").build());
  }

  @Test
  void run_created_isReadByAnyone() throws IOException {
    RunFiles other = RunFiles.at(Store.open(store.root()), ID);
    assertThat(other.exists()).isTrue();
    assertThat(other.read().getPlan()).isEqualTo(PLAN);
  }

  @Test
  void run_unknown_isNotThereAndMakesNothing() throws IOException {
    Store empty = Store.open(directory.resolve("empty"));
    RunFiles unknown = RunFiles.at(empty, ID);
    assertThat(unknown.exists()).isFalse();
    assertThatThrownBy(unknown::read).isInstanceOf(NoSuchFileException.class);
    assertThat(directory.resolve("empty")).doesNotExist();
  }

  @Test
  void claim_byManyWorkersAtOnce_isGivenToOne() throws IOException {
    RunFiles other = RunFiles.at(Store.open(store.root()), ID);
    assertThat(IntStream.range(0, 50).parallel().filter(i -> other.claim("front a -> b/x")).count())
        .isEqualTo(1);
    assertThat(files.claim("front a -> b/x")).isFalse();
    assertThat(files.claim("front a -> b/y")).isTrue();
  }

  @Test
  void claim_runThatIsGone_isNotGiven() throws IOException {
    assertThat(RunFiles.at(store, "f".repeat(32)).claim("train a")).isFalse();
  }

  @Test
  void id_ofARunInOneProcess_isOfWhatRunsNotOfWhere() throws IOException {
    Run run = Run.newBuilder().setPlan(PLAN).setOut("out").build();
    Run elsewhere = run.toBuilder().setOut("other").setMaster("host:1").setSlots(3).build();
    Run other = Run.newBuilder().setPlan(Plan.newBuilder().addStage(FIRST)).build();
    assertThat(RunFiles.id(run)).matches("[0-9a-f]{32}").isEqualTo(RunFiles.id(elsewhere));
    assertThat(RunFiles.id(other)).isNotEqualTo(RunFiles.id(run));
    RunFiles.keep(store, run);
    RunFiles again = RunFiles.keep(store, elsewhere);
    assertThat(again.read()).isEqualTo(run.toBuilder().setOut("other").build());
    assertThat(RunFiles.ids(store)).containsExactlyInAnyOrder(ID, RunFiles.id(run));
  }

  @Test
  void results_writtenAgain_replaceThoseBeforeOrMakeThemYoung() throws Exception {
    assertThatThrownBy(files::readResults).isInstanceOf(NoSuchFileException.class);
    List<StageResult> ran = List.of(result("first", Outcome.RAN, true));
    List<StageResult> hit = List.of(result("first", Outcome.HIT, true));
    files.writeResults(ran);
    assertThat(files.readResults()).isEqualTo(ran);
    files.writeResults(hit);
    assertThat(RunFiles.at(store, ID).readResults()).isEqualTo(hit);
    Path file = store.runs().path().resolve(ID).resolve("results");
    assertThat(RunResults.parseFrom(Files.readAllBytes(file)).getResultList()).isEqualTo(hit);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    FileTime old = FileTime.fromMillis(1_000_000);
    Files.setLastModifiedTime(file, old);
    files.writeResults(hit);
    assertThat(Files.getLastModifiedTime(file)).isGreaterThan(old);
    try (Stream<Path> left = Files.list(store.root().resolve("tmp"))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void id_thatIsNone_isRefused() {
    assertThatThrownBy(() -> RunFiles.at(store, "../../elsewhere"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'../../elsewhere'");
  }

  @Test
  void events_ofTwoWorkers_areHeardOnceWithTheWorkersName() throws IOException {
    RunFollower follower = new RunFollower(files, PLAN, new Ear());
    EventWriter one = writer("one");
    EventWriter two = writer("two");
    one.started(List.of(FIRST), "");
    follower.poll();
    two.started(List.of(SECOND), "");
    one.learned(List.of(FIRST), List.of(0.25, 2.5));
    one.advanced(List.of(FIRST), 0.5);
    one.finished(FIRST, result("first", Outcome.RAN, true));
    follower.poll();
    follower.poll();
    assertThat(heard)
        .containsExactlyInAnyOrder(
            "first starts on one",
            "second starts on two",
            "first learned [0.25, 2.5]",
            "first 0.5",
            "first RAN");
    assertThat(follower.results()).containsOnlyKeys("first");
  }

  @Test
  void progress_reportedOften_isWrittenTwiceASecond() throws IOException {
    EventWriter writer = writer("one");
    writer.started(List.of(FIRST), "");
    for (int i = 0; i < 10; i++) {
      writer.advanced(List.of(FIRST), i / 10.0);
      nanos.addAndGet(100_000_000);
    }
    new RunFollower(files, PLAN, new Ear()).poll();
    assertThat(heard).containsExactly("first starts on one", "first 0.0", "first 0.5");
  }

  @Test
  void events_cutAtEveryLength_areHeardAsFarAsTheyAreWhole() throws IOException {
    EventWriter writer = writer("one");
    writer.started(List.of(FIRST), "");
    writer.finished(FIRST, result("first", Outcome.RAN, true));
    Path file = onlyEventFile();
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length <= whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      heard.clear();
      RunFollower follower = new RunFollower(files, PLAN, new Ear());
      follower.poll();
      assertThat(heard)
          .as("of the first %d bytes", length)
          .isEqualTo(List.of("first starts on one", "first RAN").subList(0, heard.size()));
      // and what is written later is heard from there on
      Files.write(file, whole);
      follower.poll();
      assertThat(heard).containsExactly("first starts on one", "first RAN");
    }
  }

  @Test
  void results_ofAWorkerThatTookOver_doNotHideThatTheFirstComputed() throws IOException {
    writer("one").finished(FIRST, result("first", Outcome.RAN, true));
    writer("one").finished(SECOND, result("second", Outcome.FAILED, false));
    RunFollower follower = new RunFollower(files, PLAN, new Ear());
    follower.poll();
    writer("two").finished(FIRST, result("first", Outcome.HIT, true));
    writer("two").finished(SECOND, result("second", Outcome.RAN, true));
    follower.poll();
    assertThat(follower.results()).containsOnlyKeys("first", "second");
    assertThat(follower.results().values())
        .extracting(StageResult::getOutcome)
        .containsOnly(Outcome.RAN);
  }

  @Test
  void events_ofStagesOutsideThePlan_areIgnored() throws IOException {
    Stage foreign = Stage.newBuilder().setId("foreign").build();
    EventWriter writer = writer("one");
    writer.started(List.of(foreign), "");
    writer.advanced(List.of(foreign), 0.5);
    writer.finished(foreign, result("foreign", Outcome.RAN, true));
    RunFollower follower = new RunFollower(files, PLAN, new Ear());
    follower.poll();
    assertThat(heard).isEmpty();
    assertThat(follower.results()).isEmpty();
  }

  private EventWriter writer(String worker) {
    return new EventWriter(files, worker, nanos::get);
  }

  private Path onlyEventFile() throws IOException {
    try (var entries = Files.list(files.events())) {
      return entries.toList().get(0);
    }
  }

  private static StageResult result(String stage, Outcome outcome, boolean withOutput) {
    StageResult.Builder result = StageResult.newBuilder().setStage(stage).setOutcome(outcome);
    if (withOutput) {
      result.setResult(ActionResult.newBuilder().addOutput(Output.getDefaultInstance()));
    }
    return result.build();
  }

  private final class Ear implements RunListener {
    @Override
    public void started(List<Stage> group, String worker) {
      heard.add(group.get(0).getId() + " starts on " + worker);
    }

    @Override
    public void advanced(List<Stage> group, double share) {
      heard.add(group.get(0).getId() + " " + share);
    }

    @Override
    public void learned(List<Stage> group, List<Double> losses) {
      heard.add(group.get(0).getId() + " learned " + losses);
    }

    @Override
    public void finished(Stage stage, StageResult result) {
      heard.add(stage.getId() + " " + result.getOutcome());
    }
  }
}
