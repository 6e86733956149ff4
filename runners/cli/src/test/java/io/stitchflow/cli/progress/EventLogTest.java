package io.stitchflow.cli.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.cli.Screen;
import io.stitchflow.cli.input.InputException;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ActionResult;
import io.stitchflow.v1.Outcome;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageResult;
import io.stitchflow.v1.TrainNetwork;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EventLogTest {
  private static final Stage STAGE =
      Stage.newBuilder()
          .setId("train a")
          .setGroup("train a")
          .setAction(Action.newBuilder().setTrainNetwork(TrainNetwork.getDefaultInstance()))
          .build();

  @TempDir Path directory;
  private final Screen screen = new Screen();
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-30T08:00:00.250Z"));

  @Test
  void events_ofAStage_areLinesOfJson() {
    try (EventLog log =
        new EventLog("test", screen.errLines(), null, screen.errLines(), now::get)) {
      log.started(List.of(STAGE), "worker-1");
      log.advanced(List.of(STAGE), 0.25);
      now.updateAndGet(time -> time.plusMillis(499));
      log.advanced(List.of(STAGE), 0.3);
      now.updateAndGet(time -> time.plusMillis(1));
      log.learned(List.of(STAGE), List.of(0.5));
      log.advanced(List.of(STAGE), 1 / 3.0);
      log.waiting(List.of(STAGE), "host:12", Duration.ofSeconds(3));
      log.finished(
          STAGE,
          StageResult.newBuilder()
              .setStage("train a")
              .setOutcome(Outcome.RAN)
              .setResult(ActionResult.newBuilder().setSeconds(1.5))
              .build());
      log.ended(Map.of("experiment", "e"), 0);
    }
    String later = "{\"time\":\"2026-11-30T08:00:00.750Z\",";
    assertThat(screen.err().lines())
        .containsExactly(
            "{\"time\":\"2026-11-30T08:00:00.250Z\",\"started\":{\"stage\":[\"train a\"],\"worker\":\"worker-1\"}}",
            "{\"time\":\"2026-11-30T08:00:00.250Z\",\"advanced\":{\"stage\":\"train a\",\"share\":0.25}}",
            later + "\"advanced\":{\"stage\":\"train a\",\"share\":0.333,\"loss\":[0.5]}}",
            later + "\"waiting\":{\"stage\":\"train a\",\"owner\":\"host:12\",\"seconds\":3}}",
            later
                + "\"finished\":{\"id\":\"train a\",\"kind\":\"train_network\",\"outcome\":\"ran\",\"seconds\":1.5,\"output\":[]}}",
            later + "\"ended\":{\"experiment\":\"e\",\"exit_code\":0}}");
  }

  @Test
  void events_diskFull_isAWarning() throws Exception {
    try (EventLog log = EventLog.to(Path.of("/dev/full"), screen.errLines())) {
      log.started(List.of(STAGE), "");
      log.started(List.of(STAGE), "");
    }
    assertThat(screen.err())
        .startsWith("stitchflow: warning: /dev/full does not have all events, since it cannot")
        .hasLineCount(1);
  }

  @Test
  void to_fileThatCannotBeWritten_isAnInputError() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "").resolve("events");
    assertThatThrownBy(() -> EventLog.to(file, screen.errLines()))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("--events: " + file + " cannot be written (");
  }

  @Test
  void none_writesNothing() {
    try (EventLog log = EventLog.none(screen.errLines())) {
      log.started(List.of(STAGE), "");
      log.finished(STAGE, StageResult.getDefaultInstance());
    }
    assertThat(screen.err()).isEmpty();
  }
}
