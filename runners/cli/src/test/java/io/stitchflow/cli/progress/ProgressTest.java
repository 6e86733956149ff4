package io.stitchflow.cli.progress;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.cli.Screen;
import io.stitchflow.cli.text.Durations;
import io.stitchflow.memo.Memo;
import io.stitchflow.plan.PlanStatus;
import io.stitchflow.plan.TimeEstimator;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.store.Store;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.TrainNetwork;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProgressTest {
  private static final long SECOND = 1_000_000_000L;

  @TempDir private Path directory;
  private final Screen screen = new Screen();
  private final AtomicLong now = new AtomicLong();

  @Test
  void plainDisplay_wholeRun_printsStartsEndsAndSilences() {
    PlainDisplay display = new PlainDisplay(screen.errLines(), now::get);
    display.show(snapshot(0, false, List.of()));
    now.addAndGet(4 * SECOND);
    display.show(snapshot(0, true, List.of(new ProgressSnapshot.Running("train a", 0.434, ""))));
    now.addAndGet(9 * SECOND);
    display.show(snapshot(1, true, List.of()));
    now.addAndGet(2 * SECOND);
    display.show(snapshot(1, true, List.of(new ProgressSnapshot.Running("train b", 0.999, ""))));
    display.show(snapshot(1, true, List.of(new ProgressSnapshot.Running("train b", 1, ""))));
    now.addAndGet(SECOND);
    display.end(snapshot(2, true, List.of()));
    assertThat(screen.err().lines())
        .containsExactly(
            "networks: 2 to run, 1 cached",
            "2 of 4 stages done, 1 cached; 11 s elapsed, about 1 min 30 s left; running: train b 99%",
            "networks: done in 12 s");
  }

  @Test
  void plainDisplay_failure_isReportedOnce() {
    PlainDisplay display = new PlainDisplay(screen.errLines(), now::get);
    ProgressSnapshot failed =
        new ProgressSnapshot(
            List.of(), List.of(), stages(1, 1, 0), List.of("train a: no space"), 3, 0);
    display.show(failed);
    display.show(failed);
    display.end(failed);
    assertThat(screen.err().lines()).containsExactly("failed: train a: no space");
  }

  @Test
  void lines_kinds_areAligned() {
    ProgressSnapshot snapshot =
        snapshot(1, true, List.of(new ProgressSnapshot.Running("train b", 0.5, "")));
    assertThat(LiveDisplay.lines(snapshot, 4))
        .containsExactly(
            "  networks  [#############.......] 2/3, 1 cached",
            "  running: train b 50%",
            "2 of 4 stages done, 1 cached; 11 s elapsed, about 1 min 30 s left");
  }

  @Test
  void advanced_group_saysItsLossAndItsRateSinceItsCheckpoint() throws IOException {
    Stage stage =
        Stage.newBuilder()
            .setId("train a")
            .setGroup("train a")
            .setAction(Action.newBuilder().setTrainNetwork(TrainNetwork.getDefaultInstance()))
            .setExamples(50_000)
            .build();
    PlanStatus survey =
        PlanStatus.of(Plan.newBuilder().addStage(stage).build(), new Memo(Store.open(directory)));
    Progress progress = new Progress(survey, new TimeEstimator(1), now::get);
    progress.started(List.of(stage), "");
    progress.advanced(List.of(stage), 0.5);
    assertThat(running(progress)).isEqualTo("train a 50%");
    now.addAndGet(2 * SECOND);
    progress.advanced(List.of(stage), 0.6);
    assertThat(running(progress)).isEqualTo("train a 60%, 2,500 examples/s");
    progress.learned(List.of(stage), List.of(0.87654));
    progress.advanced(List.of(stage), 0.6);
    assertThat(running(progress)).isEqualTo("train a 60%, loss 0.8765, 2,500 examples/s");
    progress.learned(List.of(stage), List.of(2.5, 0.5, 1.0));
    progress.advanced(List.of(stage), 0.6);
    assertThat(running(progress)).isEqualTo("train a 60%, loss 0.5000 to 2.500, 2,500 examples/s");
    assertThat(progress.snapshot().summary())
        .startsWith("0 of 1 stages done; 2.0 s elapsed, ")
        .endsWith(" left");
  }

  private static String running(Progress progress) {
    return progress.snapshot().running().get(0).toString();
  }

  @Test
  void stopped_anyOutcome_saysHowManyResultsAreKept() {
    ProgressSnapshot first =
        new ProgressSnapshot(List.of(), List.of(), stages(274, 0, 0), List.of(), 9, 9);
    assertThat(first.stopped())
        .isEqualTo("stopped after 0 of 274 stages, none kept; run the same command to go on");
    ProgressSnapshot all =
        new ProgressSnapshot(List.of(), List.of(), stages(274, 4, 4), List.of(), 9, 9);
    assertThat(all.stopped())
        .isEqualTo("stopped after 4 of 274 stages, all kept; run the same command to go on");
    ProgressSnapshot some =
        new ProgressSnapshot(List.of(), List.of(), stages(274, 4, 3), List.of(), 9, 9);
    assertThat(some.stopped())
        .isEqualTo("stopped after 4 of 274 stages, 3 kept; run the same command to go on");
  }

  @Test
  void runningNow_more_areCounted() {
    List<ProgressSnapshot.Running> running =
        List.of(
            new ProgressSnapshot.Running("train a", 0, ""),
            new ProgressSnapshot.Running("train b", 0, ""),
            new ProgressSnapshot.Running("train c", 0, ""));
    ProgressSnapshot snapshot =
        new ProgressSnapshot(List.of(), running, stages(3, 0, 0), List.of(), 9, 9);
    assertThat(snapshot.runningNow(3)).isEqualTo("train a, train b, train c");
    assertThat(snapshot.runningNow(1)).isEqualTo("train a and 2 more");
  }

  @Test
  void durations_anySize_areInUnitsOfTheirSize() {
    assertThat(
            List.of(0.04, 9.94, 9.96, 59.6, 61.0, 3599.0, 3600.0, 7500.0).stream()
                .map(Durations::words))
        .containsExactly(
            "0.0 s", "9.9 s", "10 s", "1 min", "1 min 1 s", "59 min 59 s", "1 h", "2 h 5 min");
    assertThat(List.of(3.0, 12.0, 93.0, 725.0, 8000.0).stream().map(Durations::about))
        .containsExactly(
            "a few seconds", "about 10 s", "about 1 min 30 s", "about 12 min", "about 2 h 15 min");
  }

  /** Four stages, three of them networks: one was cached, {@code done} ran. */
  private static ProgressSnapshot snapshot(
      int done, boolean begun, List<ProgressSnapshot.Running> running) {
    ProgressSnapshot.Kind networks =
        new ProgressSnapshot.Kind(StageDefinition.named("train_network"), 3, 1, 1 + done, begun);
    return new ProgressSnapshot(
        List.of(networks),
        running,
        new ProgressSnapshot.Stages(4, 1, 1 + done, 1 + done),
        List.of(),
        11,
        93);
  }

  private static ProgressSnapshot.Stages stages(int total, int done, int kept) {
    return new ProgressSnapshot.Stages(total, 0, done, kept);
  }
}
