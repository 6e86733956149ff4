package io.stitchflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.cli.text.ExitCode;
import io.stitchflow.plan.Planner;
import io.stitchflow.run.RunFiles;
import io.stitchflow.spec.ExperimentFile;
import io.stitchflow.spec.InvalidExperimentException;
import io.stitchflow.spec.ValidExperiment;
import io.stitchflow.store.Store;
import io.stitchflow.torch.Toolchains;
import io.stitchflow.v1.ActionResult;
import io.stitchflow.v1.Outcome;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.Run;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RunsCommandTest {
  private static final String EXPERIMENT =
      """
      name: "NAME"
      dataset { synthetic { train_examples: 64 test_examples: 32 } }
      network { name: "a" architecture: "ResNet(1,1,1,1)" width: 2 }
      condition: [TRAINED_TRAINED]
      cut: "stem"
      """;

  @TempDir Path directory;
  private Path root = Path.of("");
  private Store store;
  private Screen screen = new Screen();

  @BeforeEach
  void openStore() throws IOException {
    root = directory.resolve("store");
    store = Store.open(root);
  }

  @Test
  void runs_several_areATableNewestFirst() throws Exception {
    String old = record("old", Outcome.RAN, Duration.ofDays(3));
    String young = record("young", Outcome.HIT, Duration.ofHours(5));
    String failed = record("bad", Outcome.FAILED, Duration.ofDays(2));
    String unfinished = record("open", Outcome.OUTCOME_UNSPECIFIED, Duration.ofMinutes(7));

    assertThat(execute("runs")).isEqualTo(ExitCode.DONE);

    int stages = plan("old").getStageCount();
    List<String> lines =
        screen
            .out()
            .lines()
            .map(line -> line.replaceAll(" +", " ").replace(" " + stages + " ", " STAGES "))
            .toList();
    assertThat(lines)
        .containsExactly(
            "run age state cached ran failed took experiment out",
            unfinished.substring(0, 8) + " 7 min unfinished 0 0 0 0.0 s open /out/open",
            young.substring(0, 8) + " 5 h done STAGES 0 0 0.0 s young /out/young",
            failed.substring(0, 8) + " 2 d failed 0 0 STAGES 0.0 s bad /out/bad",
            old.substring(0, 8) + " 3 d done 0 STAGES 0 " + 2 * stages + " s old /out/old");
    assertThat(screen.err()).isEmpty();
  }

  @Test
  void runs_json_hasAnObjectForEach() throws Exception {
    String id = record("tiny", Outcome.RAN, Duration.ofDays(3));
    assertThat(execute("runs", "--json")).isEqualTo(ExitCode.DONE);
    assertThat(screen.out())
        .startsWith("{\"store\":\"" + root + "\",\"run\":[{\"run\":\"" + id + "\",")
        .contains("\"experiment\":\"tiny\",\"state\":\"done\",\"time\":\"20")
        .contains("\"out\":\"/out/tiny\",\"master\":\"\",\"stages\":{\"total\":");
  }

  @Test
  void runs_noStore_saysHowToRecordOneAndMakesNothing() {
    assertThat(execute("runs")).isEqualTo(ExitCode.DONE);
    assertThat(screen.out())
        .isEqualTo(root + ": has 0 recorded runs; 'stitchflow run FILE' records one\n");
    assertThat(root).doesNotExist();
  }

  @Test
  void show_prefix_describesTheRunByKind() throws Exception {
    String id = record("tiny", Outcome.RAN, Duration.ofDays(3));

    assertThat(execute("runs", "show", id.substring(0, 6))).isEqualTo(ExitCode.DONE);

    assertThat(screen.out())
        .containsPattern("(?m)^run +" + id + "$")
        .containsPattern("(?m)^experiment +tiny$")
        .containsPattern("(?m)^time +20[0-9-]+T[0-9:]+Z$")
        .containsPattern("(?m)^runner +direct$")
        .containsPattern("(?m)^  stage +cached +ran +failed +skipped +took$")
        .containsPattern("(?m)^  train_network +0 +1 +0 +0 +2\\.0 s$");
  }

  @Test
  void show_failedRun_namesTheStages() throws Exception {
    String id = record("bad", Outcome.FAILED, Duration.ofDays(2));
    assertThat(execute("runs", "show", id, "--json")).isEqualTo(ExitCode.DONE);
    assertThat(screen.err()).contains("failed: train a: diverged\n");
    assertThat(screen.out())
        .startsWith("{\"run\":\"" + id + "\",")
        .contains("{\"stage\":\"train_network\",\"hit\":0,\"ran\":0,\"failed\":1,\"skipped\":0,")
        .contains("\"failed\":[{");
  }

  @Test
  void show_wrongId_isAnInputError() throws Exception {
    record("tiny", Outcome.RAN, Duration.ofDays(3));
    assertRefused("'abc' is not a run's ID; give its first 6 to 32", "runs", "show", "abc");
    assertRefused("has no run whose ID starts with 000000", "runs", "show", "000000");
    assertRefused("Missing required parameter: 'ID'", "runs", "show");
    screen = new Screen();
    assertThat(screen.execute(Map.of(), "runs", "--store", root.toString(), "show", "000000"))
        .isEqualTo(ExitCode.INPUT);
    assertThat(screen.err()).contains("runs: options stand after 'show'");
  }

  @Test
  void show_ambiguousPrefix_namesTheRuns() throws IOException {
    for (String last : List.of("0", "1")) {
      Path run = store.runs().path().resolve("abcdef" + last.repeat(26));
      store.runs().make(run);
      Files.writeString(run.resolve("run"), "not a run");
    }
    assertRefused("has 2 runs whose IDs start with abcdef; give more", "runs", "show", "abcdef");
    assertThat(execute("runs")).isEqualTo(ExitCode.DONE);
    assertThat(screen.out()).contains("abcdef00").contains("unfinished");
  }

  private void assertRefused(String message, String... args) {
    assertThat(execute(args)).isEqualTo(ExitCode.INPUT);
    assertThat(screen.err()).contains(message).doesNotContain("\tat ");
  }

  /** Records a run all of whose stages ended so; without an outcome, one that did not end. */
  private String record(String name, Outcome outcome, Duration age) throws Exception {
    Plan plan = plan(name);
    Run run =
        Run.newBuilder()
            .setExperiment(valid(name).experiment())
            .setPlan(plan)
            .setOut("/out/" + name)
            .build();
    RunFiles files = RunFiles.keep(store, run);
    if (outcome != Outcome.OUTCOME_UNSPECIFIED) {
      List<StageResult> results = new ArrayList<>();
      for (Stage stage : plan.getStageList()) {
        results.add(
            StageResult.newBuilder()
                .setStage(stage.getId())
                .setOutcome(outcome)
                .setResult(ActionResult.newBuilder().setSeconds(2))
                .setMessage(outcome == Outcome.FAILED ? "diverged" : "")
                .build());
      }
      files.writeResults(results);
    }
    Path written = store.runs().path().resolve(RunFiles.id(run));
    for (String each : List.of("run", "results")) {
      if (Files.exists(written.resolve(each))) {
        Files.setLastModifiedTime(
            written.resolve(each), FileTime.from(Instant.now().minus(age).minusSeconds(2)));
      }
    }
    return RunFiles.id(run);
  }

  private ValidExperiment valid(String name) throws InvalidExperimentException {
    return ExperimentFile.check(
        directory.resolve(name + ".textproto"), EXPERIMENT.replace("NAME", name));
  }

  private Plan plan(String name) throws Exception {
    return Planner.plan(valid(name), directory, Toolchains.cpu());
  }

  private int execute(String... args) {
    screen = new Screen();
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--store", root.toString()));
    return screen.execute(Map.of(), all.toArray(String[]::new));
  }
}
