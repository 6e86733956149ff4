package io.stitchflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.cli.text.ExitCode;
import io.stitchflow.plan.Planner;
import io.stitchflow.run.RunFiles;
import io.stitchflow.spec.ExperimentFile;
import io.stitchflow.spec.ValidExperiment;
import io.stitchflow.stage.Phase;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.store.Store;
import io.stitchflow.torch.Toolchains;
import io.stitchflow.v1.ActionResult;
import io.stitchflow.v1.Outcome;
import io.stitchflow.v1.Output;
import io.stitchflow.v1.Plan;
import io.stitchflow.v1.Run;
import io.stitchflow.v1.Stage;
import io.stitchflow.v1.StageResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CompareCommandTest {
  private static final String HEADER =
      "condition,sender,sender_cut,receiver,receiver_cut,copy_solver,split,vanilla_accuracy,r2_vanilla,seed,examples,comparison_digest,objective,gap\n";

  @TempDir Path directory;
  private Path a = Path.of("");
  private Path b = Path.of("");
  private Screen screen = new Screen();

  @BeforeEach
  void namePlaces() {
    a = directory.resolve("a");
    b = directory.resolve("b");
  }

  /**
   * Differences of accuracy 0.25, 0 and -0.5: A's mean is 0.5, B's 1.25 / 3. R² differs by
   * rounding, in one cell by 0.5, and has no value in one cell of B.
   */
  @Test
  void compare_reports_countsEqualAndDifferentCellsByMetric() throws IOException {
    write(
        a,
        row("stem", "stem", 0.25, "0.1"),
        row("stem", "l2", 0.5, "1.5"),
        row("l2", "l2", 0.75, "3.0"));
    write(
        b,
        row("l2", "l2", 0.25, ""),
        row("stem", "stem", 0.5, "0.10000000001"),
        row("stem", "l2", 0.5, "2.0"),
        row("l2", "stem", 0.5, "2.0"));

    assertThat(compare(a, b)).isEqualTo(ExitCode.DONE);

    assertThat(screen.out().replace(directory + "/", ""))
        .isEqualTo(
            """
            A  a/cells.csv  3 cells
            B  b/cells.csv  4 cells
            split test: 3 cells in both, 0 only in A, 1 only in B
            only in B: s l2 -> r stem, trained_trained, sgd, seed 1, task

            metric            equal  differ  by rounding  only A  only B              A      B  median B - A  largest
            vanilla_accuracy      1       2            0       0       0  mean    0.500  0.417             0   -0.500
            r2_vanilla            0       2            1       1       0  median  0.800  1.050        +0.250   +0.500

            vanilla_accuracy, B - A: s -> r, trained_trained, test
            sender \\ receiver   stem     l2
                         stem  0.250      0
                           l2      . -0.500

            vanilla_accuracy: 2 cells that differ, the largest difference first
               B - A     A     B  cell
              -0.500  0.75  0.25  s l2 -> r l2, trained_trained, sgd, seed 1, task
              +0.250  0.25   0.5  s stem -> r stem, trained_trained, sgd, seed 1, task

            r2_vanilla: 2 cells that differ, the largest difference first
                 B - A    A    B  cell
                +0.500  1.5  2.0  s stem -> r l2, trained_trained, sgd, seed 1, task
              +1.0e-11  0.1  0.1  s stem -> r stem, trained_trained, sgd, seed 1, task
            """);
    assertThat(screen.err()).isEmpty();
  }

  @Test
  void compare_json_hasEverything() throws IOException {
    write(a, row("stem", "stem", 0.25, "Infinity"), row("stem", "l2", 0.5, "1.5"));
    write(b, row("stem", "stem", 0.5, "1.0"), row("l2", "stem", 0.5, "1.5"));

    assertThat(compare(a, b, "--json")).isEqualTo(ExitCode.DONE);

    String stem =
        "\"condition\":\"trained_trained\",\"sender\":\"s\",\"sender_cut\":\"stem\",\"receiver\":\"r\",\"receiver_cut\":\"stem\",\"copy_solver\":\"sgd\",\"split\":\"test\",\"seed\":\"1\",\"objective\":\"task\",";
    String largest = "{" + stem + "\"a\":0.25,\"b\":0.5,\"difference\":0.25}";
    assertThat(screen.out())
        .startsWith(
            "{\"a\":{\"report\":\""
                + a.resolve("cells.csv")
                + "\",\"file\":\""
                + a.resolve("cells.csv")
                + "\",\"cells\":2},")
        .contains("\"split\":\"test\",\"common\":1,\"only_in_a\":[{\"condition\":")
        .contains(
            "\"metric\":[{\"name\":\"vanilla_accuracy\",\"equal\":0,\"different\":1,\"by_rounding\":0,"
                + "\"measured_only_in_a\":0,\"measured_only_in_b\":0,\"statistic\":\"mean\",\"a\":0.25,"
                + "\"b\":0.5,\"median_difference\":0.25,\"largest\":"
                + largest
                + ",\"moved\":["
                + largest
                + "]},{\"name\":\"r2_vanilla\",")
        .contains(stem + "\"a\":\"Infinity\",\"b\":1.0,\"difference\":\"-Infinity\"}")
        .contains(
            "\"matrix\":{\"metric\":\"vanilla_accuracy\",\"condition\":\"trained_trained\",\"sender\":\"s\","
                + "\"receiver\":\"r\",\"copy_solver\":\"sgd\",\"split\":\"test\",\"objective\":\"task\","
                + "\"entry\":[{\"sender_cut\":\"stem\",\"receiver_cut\":\"stem\",\"difference\":0.25}]}");
    assertThat(screen.err()).contains("1 cell in both, 1 only in A, 1 only in B");
  }

  @Test
  void compare_manyCells_namesTheTenThatMovedMost() throws IOException {
    String[] left = new String[12];
    String[] right = new String[12];
    for (int i = 0; i < left.length; i++) {
      left[i] = row("l" + i, "stem", 0, "1.0");
      right[i] = row("l" + i, "stem", i / 16.0, "1.0");
    }
    write(a, left);
    write(b, right);
    assertThat(compare(a, b, "--metric", "vanilla_accuracy")).isEqualTo(ExitCode.DONE);
    assertThat(screen.out())
        .contains("vanilla_accuracy: 10 of 11 cells that differ, the largest difference first\n")
        .containsPattern("cell\n  \\+0\\.688 +0\\.0 +0\\.6875 +s l11 -> r stem")
        .containsPattern("\\+0\\.125 +0\\.0 +0\\.125 +s l2 -> r stem.*\n$")
        .doesNotContain("r2_vanilla");
  }

  @Test
  void compare_sameReport_saysThatAllIsEqual() throws IOException {
    write(a, row("stem", "stem", 0.25, "1.0"), row("stem", "l2", 0.5, ""));
    Path file = a.resolve("cells.csv");
    assertThat(compare(a, file)).isEqualTo(ExitCode.DONE);
    assertThat(screen.out()).endsWith("\nall values are equal\n").doesNotContain("B - A:");
  }

  @Test
  void compare_otherSplit_readsItsRows() throws IOException {
    write(a, row("stem", "stem", 0.25, "1.0").replace("test", "train"));
    write(b, row("stem", "stem", 0.5, "1.0").replace("test", "train"));
    assertThat(compare(a, b, "--split", "train")).isEqualTo(ExitCode.DONE);
    assertThat(screen.out())
        .contains("split train: 1 cell in both", "B - A: s -> r, trained_trained, train\n");
    assertThat(compare(a, b)).isEqualTo(ExitCode.INPUT);
    assertThat(screen.err()).contains("has no cells on split test; choose with --split: train");
  }

  @Test
  void compare_severalSeeds_matrixHasTheirMean() throws IOException {
    String first = row("stem", "stem", 0.25, "1.0");
    String second = first.replace(",1,32,", ",2,32,");
    write(a, first, second);
    write(b, first.replace("0.25", "0.5"), second.replace("0.25", "1.0"));
    assertThat(compare(a, b)).isEqualTo(ExitCode.DONE);
    assertThat(screen.out()).containsPattern("receiver +stem\n +stem +0\\.500\n");
  }

  @Test
  void compare_windowsFileWithByteOrderMark_isRead() throws IOException {
    write(a, row("stem", "stem", 0.25, "1.0"));
    Files.createDirectories(b);
    Files.writeString(
        b.resolve("cells.csv"),
        "\uFEFF" + Files.readString(a.resolve("cells.csv")).replace("\n", "\r\n") + "\r\n");
    assertThat(compare(a, b)).isEqualTo(ExitCode.DONE);
    assertThat(screen.out()).contains("all values are equal");
  }

  @Test
  void compare_runs_readsTheirReportsFromTheStore() throws Exception {
    write(a, row("stem", "stem", 0.25, "1.0"));
    Path root = directory.resolve("store");
    String run = record(Store.open(root), "done", a.resolve("cells.csv"));
    String failed = record(Store.open(root), "failed", null);
    screen = new Screen();
    assertThat(
            screen.execute(
                Map.of(), "compare", run.substring(0, 8), a.toString(), "--store", root.toString()))
        .isEqualTo(ExitCode.DONE);
    assertThat(screen.out()).contains("A  run " + run + ", cells.csv", "all values are equal");
    assertThat(
            screen.execute(Map.of(), "compare", a.toString(), failed, "--store", root.toString()))
        .isEqualTo(ExitCode.INPUT);
    assertThat(screen.err())
        .contains("run " + failed + ": has no report, because it is failed; run its experiment");
    assertThat(
            screen.execute(
                Map.of(), "compare", a.toString(), "00000000", "--store", root.toString()))
        .isEqualTo(ExitCode.INPUT);
    assertThat(screen.err()).contains("has no run whose ID starts with 00000000");
  }

  /** Records a run whose report has these cells; without a file, one whose report failed. */
  private String record(Store store, String name, @Nullable Path cells) throws Exception {
    ValidExperiment valid =
        ExperimentFile.check(
            directory.resolve("e.textproto"),
            """
            name: "NAME"
            dataset { synthetic { train_examples: 64 test_examples: 32 } }
            network { name: "a" architecture: "ResNet(1,1,1,1)" width: 2 }
            condition: [TRAINED_TRAINED]
            cut: "stem"
            """
                .replace("NAME", name));
    Plan plan = Planner.plan(valid, directory, Toolchains.cpu());
    Run run = Run.newBuilder().setExperiment(valid.experiment()).setPlan(plan).build();
    List<StageResult> results = new ArrayList<>();
    for (Stage stage : plan.getStageList()) {
      StageResult.Builder result = StageResult.newBuilder().setStage(stage.getId());
      if (StageDefinition.of(stage).phase() == Phase.WRITE_REPORT) {
        if (cells == null) {
          results.add(result.setOutcome(Outcome.FAILED).build());
          continue;
        }
        Output output =
            Output.newBuilder()
                .setName("cells.csv")
                .setDigest(store.putCopy(cells).bytes())
                .build();
        result.setResult(ActionResult.newBuilder().addOutput(output));
      }
      results.add(result.setOutcome(Outcome.RAN).build());
    }
    RunFiles.keep(store, run).writeResults(results);
    return RunFiles.id(run);
  }

  private void write(Path report, String... rows) throws IOException {
    Files.createDirectories(report);
    Files.writeString(report.resolve("cells.csv"), HEADER + String.join("", rows));
  }

  private static String row(String senderCut, String receiverCut, double accuracy, String r2) {
    return String.join(
            ",",
            "trained_trained",
            "s",
            senderCut,
            "r",
            receiverCut,
            "sgd",
            "test",
            Double.toString(accuracy),
            r2,
            "1",
            "32",
            "00ff",
            "task",
            "")
        + "\n";
  }

  private int compare(Path left, Path right, String... more) {
    screen = new Screen();
    List<String> all = new ArrayList<>(List.of("compare", left.toString(), right.toString()));
    all.addAll(List.of(more));
    return screen.execute(Map.of(), all.toArray(String[]::new));
  }
}
